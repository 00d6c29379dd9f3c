import { expect, test } from 'vitest'
import { printable } from '../../../src/core/text.ts'
import { csvLines } from '../../../src/render/csv.ts'

test('csv: quotes, commas and line breaks -> quoted; other text -> not quoted', () => {
  expect(
    csvLines(
      ['a', 'b'],
      [
        ['plain text', 1],
        ['a,b', -2.5],
        ['say "x"', null],
        ['two\nlines', 0],
        ['', 'ü'],
      ],
    ),
  ).toEqual(['a,b', 'plain text,1', '"a,b",-2.5', '"say ""x""",', 'two\\nlines,0', ',ü'])
})

test.each([
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '|x',
  '%x',
  ' =1',
  '\t=1',
  '\r=1',
  '\n=1',
  '\u00a0=1',
  '\ufeff=1',
  '\u3000＝1',
  '＝1',
  '＋1',
  '－1',
  '＠x',
  '\u22121',
])('csv: text that starts like a formula (%j) -> an apostrophe in front, and quoted', (text) => {
  expect(csvLines(['a'], [[text]])).toEqual(['a', `"'${printable(text)}"`])
  expect(csvLines([text], [])).toEqual([`"'${printable(text)}"`])
})

test.each(['a\nb', 'a\r\nb', 'a\tb', '\u001b[31mred', 'a\u202eb', 'a\u200bb', 'a\u2028b', '\u0000', '\u009b31m'])(
  'csv: control characters (%j) -> visible escapes on one line',
  (text) => {
    const [, line = ''] = csvLines(['a'], [[text]])
    expect(line).toMatch(/^[ -~]+$/)
    expect(line).toContain('\\')
  },
)

test('csv: text that begins with two colons -> quoted, as it is a command in a log of GitHub', () => {
  expect(csvLines(['a'], [['::error::x']])).toEqual(['a', '"::error::x"'])
})

test('csv: a number below zero -> unchanged', () => {
  expect(csvLines(['a'], [[-3]])).toEqual(['a', '-3'])
})
