import { describe, expect, test } from 'vitest'
import { statementTargets } from '../../../src/sqltext/targets/statement-targets.ts'
import type { StatementTarget } from '../../../src/sqltext/targets/target.ts'

/** `all table notes`, `all column notes.a`, `privileges function f(int)`. */
function shown({ of, kind, schema, name, table, types }: StatementTarget): string {
  const list = types === undefined ? '' : `(${types.join(', ')})`
  return `${of} ${kind} ${[schema, table, name].filter((part) => part !== undefined).join('.')}${list}`
}

const CASES: readonly (readonly [sql: string, ...targets: string[]])[] = [
  ['CREATE TABLE notes (id int, tag citext)', 'all table notes'],
  ['CREATE UNIQUE INDEX CONCURRENTLY ON app.notes (tag)', 'all index app.notes.'],
  ['CREATE INDEX by_tag ON notes (tag)', 'all index notes.by_tag'],
  ['CREATE OR REPLACE FUNCTION f(a citext, OUT b int) LANGUAGE sql AS $$ SELECT 1 $$', 'all function f(citext)'],
  ['CREATE TRIGGER t BEFORE INSERT ON notes EXECUTE FUNCTION f()', 'all trigger notes.t'],
  ["CREATE TYPE mood AS ENUM ('a')", 'all type mood'],
  [
    'ALTER TABLE ONLY public.notes ADD COLUMN IF NOT EXISTS tag citext UNIQUE, ADD CONSTRAINT c CHECK (true)',
    'all column public.notes.tag',
    'all constraint public.notes.c',
  ],
  ['ALTER TABLE notes ADD UNIQUE (tag)', 'all constraint notes.'],
  [
    'ALTER TABLE notes ALTER tag TYPE citext, ALTER COLUMN a SET DEFAULT f(), DROP COLUMN IF EXISTS b',
    'all column notes.tag',
    'all column notes.a',
    'all column notes.b',
  ],
  ['ALTER TABLE notes RENAME a TO b', 'all column notes.a', 'all column notes.b'],
  ['ALTER TABLE notes RENAME CONSTRAINT a TO b', 'all constraint notes.a', 'all constraint notes.b'],
  ['ALTER TABLE notes RENAME TO more', 'all table notes', 'all table more'],
  ['ALTER TABLE notes DROP CONSTRAINT IF EXISTS c CASCADE', 'all constraint notes.c'],
  ['ALTER TABLE notes ENABLE ALWAYS TRIGGER t', 'all trigger notes.t'],
  ['ALTER TABLE notes DISABLE TRIGGER ALL', 'all trigger notes.'],
  ['ALTER TABLE notes DISABLE RULE r', 'all rule notes.r'],
  ['ALTER TABLE notes ENABLE ROW LEVEL SECURITY, SET (fillfactor = 50)', 'self table notes', 'self table notes'],
  ['ALTER TABLE notes OWNER TO app', 'owner table notes'],
  ['ALTER FUNCTION f(int) SET search_path TO app', 'all function f(int)'],
  ['ALTER FUNCTION f(int) OWNER TO app', 'owner function f(int)'],
  ["ALTER TYPE mood ADD VALUE 'b'", 'all type mood'],
  ['ALTER SEQUENCE s RENAME TO r', 'all sequence s', 'all sequence r'],
  ['ALTER POLICY p ON notes USING (true)', 'all policy notes.p'],
  ['ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app', 'all default privileges '],
  ['DROP TABLE IF EXISTS a, s.b CASCADE', 'all table a', 'all table s.b'],
  ['DROP FUNCTION f(int), g', 'all function f(int)', 'all function g'],
  ['DROP TRIGGER t ON notes', 'all trigger notes.t'],
  ["COMMENT ON COLUMN app.notes.tag IS 'x'", 'comment column app.notes.tag'],
  ["COMMENT ON CONSTRAINT c ON notes IS 'x'", 'comment constraint notes.c'],
  ['GRANT SELECT (a), INSERT ON notes, app.more TO reader', 'privileges table notes', 'privileges table app.more'],
  ['REVOKE ALL ON FUNCTION f(int, text) FROM PUBLIC', 'privileges function f(int, text)'],
  ['GRANT SELECT ON ALL TABLES IN SCHEMA app TO reader', 'privileges table app.'],
  ['REFRESH MATERIALIZED VIEW CONCURRENTLY m', 'self materialized view m'],
  ["INSERT INTO notes VALUES ('CREATE TABLE x ()')"],
  ['GRANT a TO b'],
  ["DO $$ BEGIN PERFORM count(*) FROM skill_usage_events; RAISE EXCEPTION 'notes'; END $$"],
  [
    'DO $$ BEGIN IF NOT EXISTS (SELECT FROM x) THEN CREATE TABLE a (id int); ELSE ALTER TABLE b ADD c int; END IF; END $$',
    'all table a',
    'all column b.c',
  ],
  [
    "DO $$ BEGIN EXECUTE 'CREATE VIEW v AS SELECT 1'; EXECUTE format('COMMENT ON TABLE %I IS %L', 'a b', 'x') ; END $$",
    'all view v',
    'comment table a b',
  ],
]

describe('targets of a statement', () => {
  test.each(CASES)('targets: %s', (sql, ...targets) => {
    expect(statementTargets(sql)).toEqual({ targets: expect.anything(), hasUnknown: false })
    expect(statementTargets(sql).targets.map(shown)).toEqual(targets)
  })

  test.each([
    "DO $$ BEGIN EXECUTE 'ALTER TABLE ' || t || ' ADD x int'; END $$",
    "DO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD x int', t); END $$",
    'DO $$ BEGIN EXECUTE statement; END $$',
  ])('targets: %s -> unknown', (sql) => {
    expect(statementTargets(sql)).toEqual({ targets: [], hasUnknown: true })
  })
})
