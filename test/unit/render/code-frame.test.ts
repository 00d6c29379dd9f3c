import { describe, expect, test } from 'vitest'
import { renderCodeFrame } from '../../../src/render/code-frame.ts'
import { PLAIN } from '../../../src/render/style.ts'

const frame = (text: string, line: number, column?: number): string[] => renderCodeFrame(text, line, column, PLAIN)

describe('code frame', () => {
  test('line in the middle -> two lines before and after it', () => {
    expect(frame('one\ntwo\nthree\nfour\nfive\nsix\nseven', 4, 2)).toEqual([
      '  2 | two',
      '  3 | three',
      '> 4 | four',
      '    |  ^',
      '  5 | five',
      '  6 | six',
    ])
  })

  test('first or last line -> the lines on one side', () => {
    expect(frame('one\ntwo\nthree\nfour', 1, 1)).toEqual(['> 1 | one', '    | ^', '  2 | two', '  3 | three'])
    expect(frame('one\ntwo\nthree\nfour', 4, 5)).toEqual(['  2 | two', '  3 | three', '> 4 | four', '    |     ^'])
  })

  test('line numbers of two widths -> aligned', () => {
    expect(frame('x\n'.repeat(11), 9, 1)).toEqual(['   7 | x', '   8 | x', '>  9 | x', '     | ^', '  10 | x', '  11 | x'])
  })

  test.each([
    ['CRLF', 'one\r\ntwo\r\nthree', 2],
    ['lone CR', 'one\rtwo\rthree', 2],
  ])('file with %s -> the same lines', (_, text, line) => {
    expect(frame(text, line, 3)).toEqual(['  1 | one', '> 2 | two', '    |   ^', '  3 | three'])
  })

  test.each([
    ['tabs', '\tselect\tx', 9, '  select  x', '          ^'],
    ['an emoji', "'😀' x", 5, "'😀' x", '     ^'],
    ['wide characters', "'漢字' x", 6, "'漢字' x", '       ^'],
    ['a combining accent', 'e\u0301 x', 4, 'e\u0301 x', '  ^'],
    ['an escape', '\u001b x', 3, '\\u001b x', '       ^'],
    ['a byte order mark, which is no column', '\ufeffselect x', 8, 'select x', '       ^'],
  ])('%s before the column -> the caret is under it', (_, text, column, shown, caret) => {
    expect(frame(text, 1, column)).toEqual([`> 1 | ${shown}`, `    | ${caret}`])
  })

  test('no column -> no caret', () => {
    expect(frame('one', 1)).toEqual(['> 1 | one'])
  })

  test('long line -> cut', () => {
    const [line = '', ...rest] = frame('x'.repeat(100_000), 1, 50_000)
    expect(line.length).toBeLessThan(200)
    expect(rest).toEqual([])
  })
})
