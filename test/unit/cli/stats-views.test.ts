import { printable } from '../../../src/core/text.ts'
import stringWidth from 'fast-string-width'
import { describe, expect, test } from 'vitest'
import { csvTable, table, textTable } from '../../../src/cli/commands/stats/table.ts'
import { tableOf } from '../../../src/cli/commands/stats/columns.ts'
import { statsView } from '../../../src/cli/commands/stats/view.ts'
import { PLAIN } from '../../../src/render/style.ts'
import { HOSTILE, SAMPLES } from '../../support/stats-samples.ts'

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

const PERIOD = '2026-01-02T03:04:05.678Z,2026-11-20T21:22:23.456Z'

test.each([
  ['a month', SKILL_COLUMNS, `elemental-checkin,1234567,1111111,90,184,4.21,411523,${PERIOD},86419,37037,137174,3,160,410,640,1920,12345`],
  [
    'a skill',
    `${SKILL_COLUMNS},version`,
    `elemental-checkin,834567,751111,90,184,4.21,,${PERIOD},58419,25037,92729,3,160,410,640,1920,12345,1.0.0`,
  ],
  [
    'groups',
    'tier,uses,success,soft_fail,hard_refusal,other_outcomes,success_rate_pct,avg_latency_ms',
    'CORE,960000,768000,96000,48000,48000,80,150',
  ],
  [
    'cooccurrence',
    'skill_set,tier,element,realm,cooccurrence_count,distinct_users,avg_success_rate,first_observed,last_observed',
    `elemental-checkin window-of-tolerance,CORE,water,,4321,1000,0.912,${PERIOD}`,
  ],
  [
    'compare',
    'skill_id,uses_before,uses_after,success_rate_before_pct,success_rate_after_pct,difference_points,p_value,difference_low,difference_high,verdict,latency_p95_before_ms,latency_p95_after_ms',
    ',12345,12000,91.2,90.8,-0.4,0.0123,-1.5,2.25,not proven,,',
  ],
  ['funnel', 'skill_id,unlocked,used,succeeded,rated', 'elemental-checkin,,45000,44000,9000'],
  [
    'user',
    'at,kind,skill_id,version,detail,latency_ms,rating,session_id,notes',
    `2026-11-20T21:22:23.456Z,use,"${printable(HOSTILE).replaceAll('"', '""')}",1.0.0,success,123,,,`,
  ],
])('CSV: %s -> the columns in the order that programs expect, with their values', (name, ...lines) => {
  expect(csvTable(tableOf(SAMPLES[name] ?? never())).slice(0, 2)).toEqual(lines)
})

test('groups by outcome: text -> without the columns that repeat the outcome', () => {
  const sample = SAMPLES['groups'] ?? never()
  const by = (dimension: 'tier' | 'outcome'): string[] =>
    textTable(tableOf({ ...sample, groups: { by: dimension, rows: sample.groups?.rows.slice(0, 1) ?? [] } }), PLAIN, 100)
  expect(by('tier')).toEqual([
    'tier     uses    share                        success  soft fails  refusals  latency',
    'CORE  960,000  100.0 %  ████████████████████   80.0 %      96,000    48,000   150 ms',
  ])
  expect(by('outcome')[0]?.split(/ {2,}/)).toEqual(['outcome', 'uses', 'share', 'latency'])
})

test('columns: one without a title for a form -> left out of that form; null -> "-", in CSV empty', () => {
  const made = table(
    [
      { name: 'a', uses: 1234 },
      { name: null, uses: null },
    ],
    [
      { text: 'skill', csv: 'skill_id', value: ({ name }) => name },
      { html: 'only in HTML', value: ({ name }) => name },
      { text: 'uses', csv: 'total', number: (uses) => `${uses} uses`, value: ({ uses }) => uses },
    ],
    'total',
  )
  expect(textTable(made, PLAIN, 80)).toEqual(['skill       uses', 'a      1234 uses', '-              -'])
  expect(csvTable(made)).toEqual(['total,skill_id', '1234,a', ','])
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
