import { describe, expect, test } from 'vitest'
import { codePointOffset, LineIndex } from '../../src/core/positions.ts'

/** The obvious way: walk from the start, a code point at a time. */
function walk(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let column = 1
  for (let i = text.startsWith('\ufeff') ? 1 : 0; i < offset;) {
    const size = (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1
    if (i + size > offset) break
    const isCrLf = text.startsWith('\r\n', i)
    if (isCrLf && i + 1 === offset) break
    if (isCrLf || text[i] === '\n' || text[i] === '\r') {
      line++
      column = 1
      i += isCrLf ? 2 : 1
    } else {
      column++
      i += size
    }
  }
  return { line, column }
}

const TEXTS = [
  '',
  'a',
  'one\ntwo\n',
  'one\r\ntwo\r\n\r\nfour',
  'one\rtwo\r\rfour\r',
  'mixed\r\n\n\r\r\nend\n\r',
  'é😀x\n😀😀\r\nlast 👨‍👩‍👧😀',
  '\ufeffSELECT 1;\nSELECT 😀;',
  '\ufeff',
  '\ufeff\n\ufeff',
  'lone \ud83d and \ude00 halves \ude00\ud83d\n\ud83d',
  '\n',
  '\r\n',
]

describe.each(TEXTS)('LineIndex of %j', (text) => {
  const index = new LineIndex(text)

  test('positionAt: every offset -> the same as counting through the text', () => {
    for (let offset = 0; offset <= text.length; offset++) expect(index.positionAt(offset), `offset ${offset}`).toEqual(walk(text, offset))
  })

  test('offsetAt: the position of a character -> its offset', () => {
    for (let offset = text.startsWith('\ufeff') ? 1 : 0; offset <= text.length; offset++) {
      const isInside = (text.codePointAt(offset - 1) ?? 0) > 0xffff || text.startsWith('\r\n', offset - 1)
      if (offset === 0 || !isInside) expect(index.offsetAt(index.positionAt(offset)), `offset ${offset}`).toBe(offset)
    }
  })

  test('lines: a text -> its lines', () => {
    const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)
    expect(index.lineCount).toBe(lines.length)
    expect(lines.map((_, i) => index.lineText(i + 1))).toEqual(lines)
  })
})

describe('LineIndex outside of the text', () => {
  const index = new LineIndex('ab\r\n😀d')

  test('positionAt: outside the text -> the nearest end', () => {
    expect(index.positionAt(-5)).toEqual({ line: 1, column: 1 })
    expect(index.positionAt(99)).toEqual({ line: 2, column: 3 })
  })

  test('offsetAt: outside a line -> the nearest place inside', () => {
    expect(index.offsetAt({ line: 0, column: 0 })).toBe(0)
    expect(index.offsetAt({ line: 1, column: 99 })).toBe(2)
    expect(index.offsetAt({ line: 9, column: 99 })).toBe(7)
    expect(index.offsetAt({ line: 2, column: Infinity })).toBe(7)
  })

  test('lineText: no such line -> empty', () => {
    expect([0, 3, -1].map((line) => index.lineText(line))).toEqual(['', '', ''])
  })
})

test('positions: a line of a million characters -> a lookup does not read the whole line', () => {
  const text = "SELECT '😀';".repeat(90_000)
  const index = new LineIndex(text)
  // 200,000 lookups take 0.1 s; reading the line for each takes minutes, longer than a test is allowed
  for (let offset = 0; offset < text.length; offset += 5) index.positionAt(offset)
  expect(index.positionAt(text.length).line).toBe(1)
})

test.each([
  ['abc', 1, 0],
  ['abc', 3, 2],
  ['abc', 4, 3],
  ['abc', 99, 3],
  ['abc', 0, 0],
  ['é😀x', 2, 1],
  ['é😀x', 3, 3],
  ['😀😀x', 3, 4],
  ['a\r\nb', 4, 3],
  ['\ud83dx', 2, 1],
  ['', 1, 0],
])('codePointOffset(%j, %i) -> %i', (text, n, offset) => {
  expect(codePointOffset(text, n)).toBe(offset)
})
