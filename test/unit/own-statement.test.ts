import { expect, test } from 'vitest'
import { withSchema } from '../../src/db/own-statement.ts'

test('own statements: :"schema" and :\'schema\' -> the schema as a name and as a string', () => {
  expect(withSchema(`SELECT :'schema', a::"char" FROM :"schema".t`, 'app')).toBe(`SELECT 'app', a::"char" FROM "app".t`)
})

test('own statements: schema names with $, quotes and backslashes -> used as they are', () => {
  for (const schema of ['a$$b', "a$&b$`c$'d", 'a"b', "it's", 'back\\slash', ':"schema"']) {
    const quoted = `"${schema.replaceAll('"', '""')}"`
    expect(withSchema('SELECT FROM :"schema".t', schema), schema).toBe(`SELECT FROM ${quoted}.t`)
  }
})

test('own statements: :"schema" in strings, names, comments and dollar quotes -> left alone', () => {
  const text = `SELECT 'it''s :"schema"', ":""schema""", $a$ :"schema" $b$ $a$, $$:'schema'$$ -- :"schema"\n/* :"schema" */ WHERE a = $1`
  expect(withSchema(text, 'app')).toBe(text)
  expect(withSchema(`${text} FROM :"schema".t`, 'app')).toBe(`${text} FROM "app".t`)
})
