import stringWidth from 'fast-string-width'
import { describe, expect, test } from 'vitest'
import { statsCsv } from '../../../src/cli/commands/stats/csv.ts'
import { statsView } from '../../../src/cli/commands/stats/view.ts'
import { PLAIN } from '../../../src/render/style.ts'
import { SAMPLES } from '../../support/stats-samples.ts'

const ASCII = { ...PLAIN, unicode: false }

describe.each(Object.entries(SAMPLES))('stats view %s', (name, sample) => {
  test.each([60, 100, 160])('%d columns -> no longer line, and only ASCII with --ascii', (width) => {
    for (const style of [PLAIN, ASCII]) {
      const lines = statsView(sample, style, width)
      // but the name of the database, and lines that are meant to be copied
      for (const line of lines.slice(1).filter((one) => !one.includes('SELECT') && !one.includes('outcome (success')))
        expect(stringWidth(line), line).toBeLessThanOrEqual(width)
      // oxlint-disable-next-line no-control-regex
      expect(lines.join('\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]|NaN|undefined/)
      // oxlint-disable-next-line no-control-regex
      if (style === ASCII) expect(lines.join('')).toMatch(/^[\u0020-\u007e]*$/)
    }
  })

  test('CSV -> one table, each row has a cell for each title', () => {
    const [titles = [], ...rows] = parse(statsCsv(sample).join('\n'))
    expect(new Set(titles).size).toBe(titles.length)
    expect(rows.map((row) => row.length)).toEqual(rows.map(() => titles.length))
    expect(rows.flat().filter((cell) => /^[=+@]|^-(?![\d.])|NaN|undefined|\[object/.test(cell))).toEqual([])
    if (!/empty|unused/.test(name)) expect(rows.length).toBeGreaterThan(0)
  })
})

test('line of days: more days than columns -> grouped, the last day last', () => {
  const { days = [] } = SAMPLES['a year'] ?? {}
  const lines = statsView(SAMPLES['a year'] ?? never(), PLAIN, 100)
  const line = lines.find((one) => one.endsWith(days.at(-1)?.day ?? '-')) ?? ''
  const [first = '', columns = '', last] = line.split(' ')
  expect([last, columns.length]).toEqual(['2026-11-20', 73])
  expect(lines.join('\n')).toContain('a column is 5 days')
  // 73 columns of 5 days: the oldest of 366 is left out
  expect(first).toBe(days[1]?.day)
})

function never(): never {
  throw new Error('no sample')
}

/** RFC 4180. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === '\n') rows.push([])
    if (end === '') break
  }
  return rows
}
