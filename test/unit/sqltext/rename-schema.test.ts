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
    'CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 FROM "new".t, my_public.t $$',
  ],
  ["SET search_path TO 'public', 'pg_temp' SET work_mem TO 'public'", "SET search_path TO 'new', 'pg_temp' SET work_mem TO 'public'"],
  ['SET search_path = pg_catalog, public AS public', 'SET search_path = pg_catalog, "new" AS public'],
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

// the names that the files create
const OBJECTS = new Set(['things', 'mood', 'f'])

test.each([
  ['CREATE VIEW v AS SELECT app.id FROM things app', 'CREATE VIEW v AS SELECT app.id FROM things app'],
  ['CREATE VIEW v AS SELECT app.id FROM app.things AS app', 'CREATE VIEW v AS SELECT app.id FROM "new".things AS app'],
  [
    'CREATE VIEW v AS WITH app AS (SELECT 1 AS id) SELECT app.id FROM app',
    'CREATE VIEW v AS WITH app AS (SELECT 1 AS id) SELECT app.id FROM app',
  ],
  ['CREATE TABLE t (app app.mood, b app.other)', 'CREATE TABLE t (app "new".mood, b app.other)'],
  ['CREATE TABLE t (a app.mood, b app.other)', 'CREATE TABLE t (a "new".mood, b "new".other)'],
  ["SELECT app.id, 'app.things', 'app.id' FROM things app", "SELECT app.id, 'new.things', 'app.id' FROM things app"],
  [
    'CREATE FUNCTION g() RETURNS int AS $$ SELECT app.id FROM app.things app -- app.things\n$$',
    'CREATE FUNCTION g() RETURNS int AS $$ SELECT app.id FROM "new".things app -- app.things\n$$',
  ],
  ['ALTER TABLE app.things SET SCHEMA app', 'ALTER TABLE "new".things SET SCHEMA "new"'],
])('renameSchema, another thing with the name of the schema: %s', (text, expected) => {
  expect(renameSchema(text, 'app', 'new', OBJECTS)).toBe(expected)
})

test('renameSchema: a name that needs quotes, in a literal without quotes -> a text, not the schema', () => {
  expect(renameSchema(`SELECT 'My App.things', '"My App".things'`, 'My App', 'new')).toBe(`SELECT 'My App.things', 'new.things'`)
})
