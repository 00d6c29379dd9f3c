import { expect, test } from 'vitest'
import { renameSchema } from '../../../src/sqltext/statements/rename-schema.ts'

test.each([
  ['CREATE TABLE public.t (a public.mood)', 'CREATE TABLE "new".t (a "new".mood)'],
  ['ALTER TABLE "public" . t ADD x int', 'ALTER TABLE "new" . t ADD x int'],
  ['DROP VIEW PUBLIC.v, other.public', 'DROP VIEW "new".v, other.public'],
  ['GRANT SELECT ON ALL TABLES IN SCHEMA public TO public', 'GRANT SELECT ON ALL TABLES IN SCHEMA "new" TO public'],
  ['COMMENT ON SCHEMA public IS $$public is public.$$', 'COMMENT ON SCHEMA "new" IS $$public is public.$$'],
  ["SELECT nextval('public.s'), to_regclass('\"public\".t')", "SELECT nextval('new.s'), to_regclass('new.t')"],
  [
    'CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 FROM public.t, my_public.t $$',
    'CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 FROM new.t, my_public.t $$',
  ],
  ['SELECT 1 -- public.t\n', 'SELECT 1 -- public.t\n'],
  ['SELECT public, x.public.y FROM t AS "public"', 'SELECT public, x."new".y FROM t AS "public"'],
])('renameSchema: %s', (text, expected) => {
  expect(renameSchema(text, 'public', 'new')).toBe(expected)
})

test('renameSchema: a name with quotes -> quoted', () => {
  expect(renameSchema(`SELECT 1 FROM "My ""App""".t WHERE f('"My ""App""".t')`, 'My "App"', 'new')).toBe(
    `SELECT 1 FROM "new".t WHERE f('new.t')`,
  )
})
