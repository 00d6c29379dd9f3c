import { expect, test } from 'vitest'
import { csvLines } from '../../../src/render/csv.ts'

test('quotes what RFC 4180 wants quoted, and nothing else', () => {
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

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1'])('a text that would be a formula is text: %j', (text) => {
  const [, line = ''] = csvLines(['a'], [[text]])
  expect(line.replace(/^"/, '')).toMatch(/^'/)
  expect(line).toContain(text)
})

test('a number below zero is a number', () => {
  expect(csvLines(['a'], [[-3]])).toEqual(['a', '-3'])
})
