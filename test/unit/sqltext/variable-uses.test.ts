import { describe, expect, test } from 'vitest'
import { fillVariables } from '../../../src/migrations/files/fill-variables.ts'
import { variableUses } from '../../../src/sqltext/statements/variable-uses.ts'

describe('where a variable is', () => {
  test.each([
    ['SELECT :a, :\'b\', :"c", :{?d}', ['text a', 'literal b', 'identifier c', 'is set d']],
    ['SELECT :_a1x+:é', ['text _a1x', 'text é']],
    ['SET ROLE:a', ['text a']],
    ['SELECT 1 -- :a\n/* :b /* :c */ */ + :d', ['text d']],
    [`SELECT ':a', E'\\':b', "c:d", $$ :e $$, $x$ :'f' $x$, U&'\\0061:g'`, []],
    ['SELECT a::int, :b::text, f(x := 1, y => :c)', ['text b', 'text c']],
    ['SELECT a[1:2], a[ :1], a[2:]', []],
    ["SELECT :1, :'1', :$1, :'a b', :\"\"", []],
    ["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT a[i:j] FROM t WHERE x = ':y' $$", []],
    // SQL without a value, as psql reads it
    ['SELECT a[i:j]', ['text j?']],
    ['SELECT a[:i], a[f(:i)]', ['text i?', 'text i']],
    [`SELECT json_object('k':v, 'l':'m'), JSON_OBJECTAGG(k:v), (:w)`, ['text v?', 'literal m?', 'text v?', 'text w']],
  ])('variableUses: %s', (text, expected) => {
    expect(variableUses(text).map(({ form, name, canBeSql }) => `${form} ${name}${canBeSql ? '?' : ''}`)).toEqual(expected)
    for (const { start, end } of variableUses(text)) expect(text.slice(start, end)).toMatch(/^:.+/s)
  })
})

describe('what replaces it', () => {
  test.each([
    ['SELECT :a', { a: '1 + 1' }, 'SELECT 1 + 1'],
    [`SELECT :'a'`, { a: `it's` }, `SELECT 'it''s'`],
    [`SELECT:'a'`, { a: `\\'` }, `SELECT E'\\\\'''`],
    ['CREATE TABLE :"a" (:"b" int)', { a: 'A "b"', b: 'c' }, 'CREATE TABLE "A ""b""" ("c" int)'],
    ['SELECT :{?a}, :{?b}', { a: '' }, 'SELECT TRUE, FALSE'],
    ['SELECT x[i:j]', { j: '2' }, 'SELECT x[i2]'],
  ])('fillVariables: %s', (text, values, expected) => {
    expect(fillVariables(text, values)?.text).toBe(expected)
  })

  test.each(['SELECT 1', 'SELECT x[i:j]', `SELECT json_object('a':b)`, 'SELECT a::int'])('fillVariables: %s -> no variable', (text) => {
    expect(fillVariables(text, { a: '1' })).toBeUndefined()
  })

  test.each([
    ['SELECT :owner', { owners: 'x' }, 7, 'the variable "owner" has no value', 'did you mean owners?'],
    [`SELECT 1, :'b'`, {}, 10, 'the variable "b" has no value', 'pass --var b=VALUE'],
    ['SELECT :"a"', { a: '' }, 7, 'the value of "a" is not a name', 'a name has 1 to 63 bytes'],
    ['SELECT :"a"', { a: 'é'.repeat(32) }, 7, 'the value of "a" is not a name', 'a name has 1 to 63 bytes'],
    ['SELECT :a', { a: '1; COMMIT' }, 7, 'the value of a variable ends the statement', `write :'a' for a value`],
    ['SELECT :a', { a: `'` }, 7, 'the value of a variable ends the statement', `write :'a' for a value`],
    ['SELECT :a', { a: '1 --' }, 7, 'the value of a variable ends the statement', `write :'a' for a value`],
    ['SELECT :a', { a: '1 \\! ls' }, 7, 'the value of a variable ends the statement', `write :'a' for a value`],
  ])('fillVariables: %s with %j -> fault', (text, values, offset, message, hint) => {
    expect(fillVariables(text, values)?.faults).toEqual([{ offset, message, hint: expect.stringContaining(hint) }])
  })

  test('writtenOffset: before, inside and after values -> the offset as written', () => {
    const written = `SELECT :'a', :b, x`
    const filled = fillVariables(written, { a: 'long value', b: '1' })
    const at = (part: string): number | undefined => filled?.written.offsetOf(filled.text.indexOf(part))
    expect(at('SELECT')).toBe(0)
    expect(at('value')).toBe(written.indexOf(`:'a'`))
    expect(at(', 1')).toBe(written.indexOf(', :b'))
    expect(at('1')).toBe(written.indexOf(':b'))
    expect(at('x')).toBe(written.indexOf('x'))
  })
})
