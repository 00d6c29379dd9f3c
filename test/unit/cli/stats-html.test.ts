import { describe, expect, test } from 'vitest'
import { statsHtml } from '../../../src/cli/commands/stats/html/page.ts'
import { LONG, SAMPLES } from '../../support/stats-samples.ts'

const NAMES = Object.keys(SAMPLES)
const WRITTEN = new Date('2026-11-21T08:00:00Z')

function html(name: string): string {
  const sample = SAMPLES[name]
  if (sample === undefined) throw new Error(`no sample ${name}`)
  return statsHtml(sample, WRITTEN)
}

describe.each(NAMES)('HTML page: %s', (name) => {
  const text = html(name)

  test('HTML -> no external resource, no script, and a policy that forbids them', () => {
    expect(text).toContain("default-src 'none'; style-src 'unsafe-inline'")
    expect(text).not.toMatch(/<script|<link|<img|<iframe|@import|javascript:|\son\w+=/i)
    expect(text.match(/https?:[^\s"<]*|url\((?!#)[^)]*\)/g)).toBeNull()
  })

  test('HTML -> one title, unique IDs, no gap in the headings', () => {
    const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
    expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted())
    const levels = [...text.matchAll(/<h(\d)/g)].map(([, level]) => Number(level))
    expect(levels.filter((level) => level === 1)).toHaveLength(1)
    levels.forEach((level, i) => expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1))
    for (const [, target = ''] of text.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target)
  })

  test('HTML -> no control character and no NaN', () => {
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
    expect(text).not.toMatch(/NaN|Infinity|undefined|null|\[object/)
  })

  test('charts -> each has a table', () => {
    for (const section of text.split('<section').slice(1)) {
      if (section.includes('<figure>')) expect(section).toContain('<table')
    }
  })
})

test('HTML page: markup in names of the data -> shown as text', () => {
  const text = html('a month')
  expect(text).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;amp;\\u202e\\u0007')
  expect(text).toContain(LONG)
})

test('HTML page: a year of days -> drawn as weeks, all days in the table', () => {
  const text = html('a year')
  expect(text).toContain('Uses a week')
  expect(text.match(/<g><title>/g)?.length).toBeLessThan(60)
  expect(text.match(/<th scope="row"[^>]*>20\d\d-\d\d-\d\d</g)).toHaveLength(366)
  const uses = (pattern: RegExp): number =>
    [...text.matchAll(pattern)].reduce((sum, [, count = '']) => sum + Number(count.replaceAll(',', '')), 0)
  expect(uses(/<title>[^<]*: ([\d,]+) uses?,/g)).toBe(SAMPLES['a year']?.days.reduce((sum, day) => sum + day.uses, 0))
})
