import { describe, expect, test } from 'vitest'
import { nearest, plural, printable, printableLines } from '../../../src/core/text.ts'

describe('printable', () => {
  test.each([
    ['a colour', '\u001b[31mred', '\\u001b[31mred'],
    ['a title', '\u001b]0;owned\u0007', '\\u001b]0;owned\\u0007'],
    ['an 8-bit escape', '\u009b2J', '\\u009b2J'],
    ['NUL, backspace, DEL', 'a\u0000b\u0008c\u007f', 'a\\u0000b\\u0008c\\u007f'],
    ['a carriage return that overwrites the line', 'good\rbad', 'good\\u000dbad'],
    ['bidirectional overrides', 'a\u202eb\u2066c\u200f\u061cd', 'a\\u202eb\\u2066c\\u200f\\u061cd'],
    ['line and paragraph separators', 'a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
    ['a tab and a line break', 'a\tb\nc', 'a\\tb\\nc'],
    ['invisible characters', 'a\u200bb\ufeffc\u2060d\u{e0041}', 'a\\u200bb\\ufeffc\\u2060d\\u{e0041}'],
    ['joiners beside ASCII', 'a\u200db\u200c', 'a\\u200db\\u200c'],
    ['an overwrite by vertical tab and form feed', '\u000b\u000c', '\\u000b\\u000c'],
  ])('printable: %s -> shown escaped', (_, text, expected) => {
    expect(printable(text)).toBe(expected)
  })

  test('printableLines: tabs and line breaks -> unchanged', () => {
    expect(printableLines('a\tb\nc\u001b')).toBe('a\tb\nc\\u001b')
  })

  test.each(['é ñ ß Ω', '日本語', 'שלום عربي', '👩‍🚀 😀', '\\u001b'])('printable: %j -> unchanged', (text) => {
    expect(printable(text)).toBe(text)
  })
})

test.each([
  [0, 'skill', undefined, '0 skills'],
  [1, 'skill', undefined, '1 skill'],
  [2, 'skill', undefined, '2 skills'],
  [12_345, 'event', undefined, '12,345 events'],
  [1, 'entry', 'entries', '1 entry'],
  [3, 'entry', 'entries', '3 entries'],
])('plural: %d %s -> the right form', (count, singular, many, expected) => {
  expect(plural(count, singular, many)).toBe(expected)
})

test.each([
  ['migrte', 'migrate'],
  ['sslmod', 'sslmode'],
  ['SYNC', 'sync'],
  ['verfiy', 'verify'],
  ['verifying', 'verify'],
  ['verixx', 'verify'],
  ['verxxx', undefined],
  ['xyz', undefined],
  ['sinking', undefined],
  ['', undefined],
])('nearest: %j -> %j', (word, expected) => {
  expect(nearest(word, ['migrate', 'sync', 'verify', 'sslmode'])).toBe(expected)
})

test('nearest: two at the same distance -> the first', () => {
  expect(nearest('cat', ['bat', 'hat'])).toBe('bat')
})
