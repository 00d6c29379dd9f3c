import stringWidth from 'fast-string-width'
import { describe, expect, test } from 'vitest'
import { csvTable } from '../../../src/cli/commands/stats/table.ts'
import { tableOf } from '../../../src/cli/commands/stats/tables.ts'
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
    const [titles = [], ...rows] = parse(csvTable(tableOf(sample)).join('\n'))
    expect(new Set(titles).size).toBe(titles.length)
    expect(rows.map((row) => row.length)).toEqual(rows.map(() => titles.length))
    expect(rows.flat().filter((cell) => /^[=+@]|^-(?![\d.])|NaN|undefined|\[object/.test(cell))).toEqual([])
    if (!/empty|unused/.test(name)) expect(rows.length).toBeGreaterThan(0)
  })
})

const SKILL_COLUMNS =
  'skill_id,total_uses,success_count,success_rate_pct,avg_latency_ms,avg_rating,unique_users,first_use,last_use,' +
  'soft_fail,hard_refusal,feedback,latency_min_ms,latency_p50_ms,latency_p90_ms,latency_p95_ms,latency_p99_ms,latency_max_ms'

test.each([
  ['a month', SKILL_COLUMNS],
  ['a skill', `${SKILL_COLUMNS},version`],
  ['groups', 'tier,uses,success,soft_fail,hard_refusal,other_outcomes,success_rate_pct,avg_latency_ms'],
  ['cooccurrence', 'skill_set,tier,element,realm,cooccurrence_count,distinct_users,avg_success_rate,first_observed,last_observed'],
  ['compare', 'skill_id,uses_before,uses_after,success_rate_before_pct,success_rate_after_pct,difference_points,p_value,verdict'],
  ['funnel', 'skill_id,unlocked,used,succeeded,rated'],
  ['user', 'at,kind,skill_id,version,detail,latency_ms,rating,session_id,notes'],
])('CSV: %s -> the columns that programs read, in their order', (name, columns) => {
  expect(csvTable(tableOf(SAMPLES[name] ?? never()))[0]).toBe(columns)
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
