import { expect, test } from 'vitest'
import { renderGithub } from '../../../../src/render/reporters/github.ts'
import type { ReportMessage, ReportResult } from '../../../../src/render/reporters/report-run.ts'
import { resultsOf } from '../../../../src/render/reporters/report-run.ts'
import { result, runOf } from './runs.ts'

test.each<[string, Partial<ReportResult>, ReportMessage, string]>([
  ['a place', {}, { file: 'db/1.sql', line: 3, column: 7 }, '::error file=db/1.sql,line=3,col=7,title=42P01::no such table'],
  ['no place', {}, {}, '::error title=42P01::no such table'],
  ['a warning', { severity: 'warning' }, {}, '::warning title=42P01::no such table'],
  ['a title', { title: 'tables' }, {}, '::error title=tables [42P01]::no such table'],
  ['a remedy', {}, { remedy: 'make it' }, '::error title=42P01::no such table%0Amake it'],
  ['expected and found', {}, { expected: 'a', actual: 'b' }, '::error title=42P01::no such table%0Aexpected: a%0Afound: b'],
  ['a message of several lines', {}, { text: 'a\r\nb' }, '::error title=42P01::a%0Ab'],
  ['percent signs', {}, { text: '100%0A', file: '50%.sql' }, '::error file=50%25.sql,title=42P01::100%250A'],
  ['colons and commas', {}, { text: 'a: b, c', file: 'a:b,c.sql' }, '::error file=a%3Ab%2Cc.sql,title=42P01::a: b, c'],
  [
    'a command in disguise',
    {},
    { text: 'x\n::set-env name=A::b', file: 'a\n::stop' },
    '::error file=a%0A%3A%3Astop,title=42P01::x%0A::set-env name=A::b',
  ],
])('github: %s -> an annotation', (_, parts, message, expected) => {
  const failed = result({ code: '42P01', title: '42P01', status: 'failed', messages: [{ text: 'no such table', ...message }], ...parts })
  expect(renderGithub(runOf(failed))).toEqual([expected])
})

test('github: passed, skipped, note -> no annotation', () => {
  const note = result({ severity: 'note', status: 'failed', messages: [{ text: 'x' }] })
  expect(renderGithub(runOf(result(), result({ status: 'skipped' }), note))).toEqual([])
})

test('github: many faults -> 10 errors, 10 warnings, then the number of the others', () => {
  const warnings = result({ severity: 'warning', status: 'failed', messages: faults(11) })
  const errors = result({ status: 'failed', messages: faults(12) })
  const lines = renderGithub({ ...runOf(warnings, errors), error: { code: 'BUG', message: 'broke' } })
  expect(lines).toHaveLength(21)
  expect(lines[0]).toBe('::error title=BUG::broke')
  expect(lines.slice(0, 10).every((line) => line.startsWith('::error '))).toBe(true)
  expect(lines.slice(10, 20).every((line) => line.startsWith('::warning '))).toBe(true)
  expect(lines[20]).toBe('::notice title=skills verify::+3 more errors, +1 more warning: see the log')
  expect(renderGithub(runOf(result({ status: 'failed', messages: faults(10) })))).toHaveLength(10)
})

test('results of diagnostics: several faults -> one result for each code and file', () => {
  const results = resultsOf([
    { severity: 'error', code: 'A', message: 'one', file: 'x', line: 1, column: 2, hint: 'do' },
    { severity: 'error', code: 'A', message: 'two', file: 'x' },
    { severity: 'error', code: 'A', message: 'three', file: 'y' },
    { severity: 'warning', code: 'B', message: 'four' },
  ])
  expect(results).toEqual([
    {
      code: 'A',
      title: 'A',
      group: 'x',
      severity: 'error',
      status: 'failed',
      messages: [
        { text: 'one', file: 'x', line: 1, column: 2, remedy: 'do' },
        { text: 'two', file: 'x' },
      ],
    },
    { code: 'A', title: 'A', group: 'y', severity: 'error', status: 'failed', messages: [{ text: 'three', file: 'y' }] },
    { code: 'B', title: 'B', group: '', severity: 'warning', status: 'failed', messages: [{ text: 'four' }] },
  ])
})

function faults(count: number): ReportMessage[] {
  return Array.from({ length: count }, (_, i) => ({ text: `fault ${i}` }))
}

test('github: text with a command of the older form -> not a command', () => {
  const failed = result({ code: 'a', title: '##[add-path]x', status: 'failed', messages: [{ text: '##[add-path]x' }] })
  expect(renderGithub(runOf(failed)).join('\n')).not.toContain('##[')
})
