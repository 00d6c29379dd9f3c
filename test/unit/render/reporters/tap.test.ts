import yaml from 'js-yaml'
import { expect, test } from 'vitest'
import { renderTap } from '../../../../src/render/reporters/tap.ts'
import { HOSTILE, result, runOf } from './runs.ts'

/** The YAML block behind each failed test. */
function blocks(tap: string): unknown[] {
  return [...tap.matchAll(/^ {2}---\n([^]*?)^ {2}\.\.\.$/gm)].map(([, block = '']) => yaml.safeLoad(block))
}

test('tap: results -> the plan, then a line for each result', () => {
  const tap = renderTap(
    runOf(
      result(),
      result({ status: 'skipped', reason: 'no\nright' }),
      result({ severity: 'warning', status: 'failed', messages: [{ object: 'index x' }] }),
      result({
        status: 'failed',
        durationMs: 3,
        messages: [{ object: 'view v', expected: 'a', actual: 'b', remedy: 'do', file: 'f.sql', line: 2, column: 4 }, { text: 'and this' }],
      }),
    ),
  )
  expect(tap.split('\n').filter((line) => !line.startsWith('  '))).toEqual([
    'TAP version 13',
    '# database: postgres://db',
    '1..4',
    'ok 1 - tables.columns columns are there',
    'ok 2 - tables.columns columns are there # SKIP no right',
    'not ok 3 - tables.columns columns are there # TODO warning',
    'not ok 4 - tables.columns columns are there',
  ])
  expect(blocks(tap)).toEqual([
    { message: 'index x', severity: 'warning', group: 'tables', faults: [{ object: 'index x' }] },
    {
      message: 'view v: expected a, found b',
      severity: 'error',
      group: 'tables',
      duration_ms: 3,
      faults: [{ object: 'view v', file: 'f.sql', line: 2, column: 4, expected: 'a', found: 'b', todo: 'do' }, { message: 'and this' }],
    },
  ])
})

test('tap: the run ends early -> bail out', () => {
  const tap = renderTap({ ...runOf(), error: { code: 'BUG', message: 'two\nlines', hint: 'report it' } })
  expect(tap.split('\n').slice(-2)).toEqual(['1..0', 'Bail out! BUG: two lines (report it)'])
})

test('tap: hostile text -> one line, no directive, a block that YAML parsers read', () => {
  const tap = renderTap(
    runOf(result({ code: HOSTILE, title: HOSTILE, group: HOSTILE, status: 'failed', messages: [{ object: HOSTILE, remedy: HOSTILE }] })),
  )
  const lines = tap.split('\n')
  expect(lines[3]).toMatch(/^not ok 1 - /)
  expect(lines[3]).not.toMatch(/(?<!\\)#/)
  expect(lines[4]).toBe('  ---')
  // eslint-disable-next-line no-control-regex
  expect(tap).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  expect(blocks(tap)).toHaveLength(1)
})
