import { expect, test } from 'vitest'
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
  ).toEqual(['a,b', 'plain text,1', '"a,b",-2.5', '"say ""x""",', '"two\nlines",0', ',ü'])
})

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1'])(
  'csv: text that starts like a formula (%j) -> an apostrophe in front',
  (text) => {
    const [, line = ''] = csvLines(['a'], [[text]])
    expect(line.replace(/^"/, '')).toMatch(/^'/)
    expect(line).toContain(text)
  },
)

test('csv: a number below zero -> unchanged', () => {
  expect(csvLines(['a'], [[-3]])).toEqual(['a', '-3'])
})
