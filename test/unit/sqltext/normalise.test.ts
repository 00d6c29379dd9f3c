import { expect, test } from 'vitest'
import { normaliseSql } from '../../../src/migrations/files/read-migrations.ts'

test.each([
  ['', ''],
  ['SELECT 1;', 'SELECT 1;'],
  ['SELECT 1;\n', 'SELECT 1;'],
  ['SELECT 1; \t\f\v\r\n\r\n', 'SELECT 1;'],
  ['\ufeffSELECT 1;', 'SELECT 1;'],
  ['\ufeff\ufeffSELECT 1;', '\ufeffSELECT 1;'],
  ['a\r\nb\r\n\r\nc', 'a\nb\n\nc'],
  ['a\rb', 'a\rb'],
  ['a\r\r\nb', 'a\r\nb'],
  ['  a  \n b  ', '  a  \n b'],
  ['a\u00a0', 'a\u00a0'],
  [' \n\r\n', ''],
])('normaliseSql: %j -> %j', (text, expected) => {
  expect(normaliseSql(text)).toBe(expected)
})

test('normaliseSql: a megabyte of white space before other text -> linear time', () => {
  const text = `a${' '.repeat(1_000_000)}b`
  // with a quadratic cost this takes minutes, longer than a test is allowed
  expect(normaliseSql(text)).toBe(text)
})
