import { describe, expect, test } from 'vitest'
import { redact } from '../../../src/core/redaction.ts'
import { SourceText } from '../../../src/render/code-frame.ts'
import { PLAIN } from '../../../src/render/style.ts'

const frame = (text: string, line: number, column?: number): string[] => new SourceText(text).frame(line, column, PLAIN)

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

  test('secret before the column -> hidden, the caret is under its character', () => {
    expect(frame("ALTER ROLE a PASSWORD 'S3kr1t-long' LOGIM", 1, 37)).toEqual([
      "> 1 | ALTER ROLE a PASSWORD '***' LOGIM",
      '    |                             ^',
    ])
  })

  test('column in a secret -> the caret is at its beginning', () => {
    expect(frame("PASSWORD 'S3kr1t'", 1, 13)).toEqual(["> 1 | PASSWORD '***'", '    |           ^'])
  })

  test('secret on several lines -> hidden on each, and the frame is unchanged when it is printed', () => {
    const lines = frame("SELECT 1;\nALTER ROLE a PASSWORD 'S3kr1t\nS3kr1t\nS3kr1t' LOGIN;\nSELECT 2;", 3, 2)
    expect(lines).toEqual([
      '  1 | SELECT 1;',
      "  2 | ALTER ROLE a PASSWORD '***…",
      '> 3 | ***…',
      '    | ^',
      "  4 | ***' LOGIN;",
      '  5 | SELECT 2;',
    ])
    expect(redact(lines.join('\n'))).toBe(lines.join('\n'))
  })

  test('keyword and literal on two lines -> hidden', () => {
    expect(frame("ALTER ROLE a PASSWORD\n  'S3kr1t';", 2, 3).join('\n')).not.toContain('S3kr1t')
  })
})
