import { describe, expect, test } from 'vitest'
import { outsideTarget } from '../../../src/sqltext/statements/outside-target.ts'
import { isSessionState } from '../../../src/sqltext/statements/session-state.ts'
import { waitsByDesign } from '../../../src/sqltext/statements/waiting.ts'

describe('waitsByDesign', () => {
  test.each([
    'CREATE INDEX CONCURRENTLY i ON t (a)',
    'create unique index concurrently if not exists i on only s.t (a)',
    'CREATE INDEX CONCURRENTLY ON t (a)',
    'DROP INDEX CONCURRENTLY IF EXISTS i',
    'REINDEX INDEX CONCURRENTLY i',
    'REINDEX (VERBOSE) TABLE CONCURRENTLY t',
    'REINDEX (CONCURRENTLY) INDEX i',
    'REINDEX (VERBOSE, CONCURRENTLY true, TABLESPACE x) SCHEMA s',
    '/* c */ REFRESH /* d */ MATERIALIZED VIEW CONCURRENTLY m WITH DATA',
    'ALTER TABLE t VALIDATE CONSTRAINT c',
    'ALTER TABLE IF EXISTS ONLY s.t VALIDATE CONSTRAINT "C d";',
    'ALTER TABLE t VALIDATE CONSTRAINT c, VALIDATE CONSTRAINT d',
    'ALTER TABLE t DETACH PARTITION p CONCURRENTLY',
    'ALTER TABLE t DETACH PARTITION s.p FINALIZE',
  ])('%s -> yes', (sql) => expect(waitsByDesign(sql)).toBe(true))

  test.each([
    'CREATE INDEX i ON t (a)',
    'CREATE INDEX concurrently_index ON t (a)',
    'DROP INDEX i',
    'REINDEX INDEX i',
    'REINDEX (CONCURRENTLY off) INDEX i',
    'REFRESH MATERIALIZED VIEW m',
    'ALTER TABLE t VALIDATE CONSTRAINT c, ADD COLUMN a int',
    'ALTER TABLE t ADD COLUMN a int, VALIDATE CONSTRAINT c',
    'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID',
    'ALTER TABLE t DETACH PARTITION p',
    'ALTER DOMAIN d VALIDATE CONSTRAINT c',
    'VACUUM t',
    "SELECT 'create index concurrently'",
    'ALTER TABLE',
    '',
  ])('%s -> no', (sql) => expect(waitsByDesign(sql)).toBe(false))
})

describe('isSessionState', () => {
  test.each([
    'SET work_mem = 1',
    'set local role x',
    'RESET ALL',
    'DISCARD TEMP',
    'LOAD $$x$$',
    'PREPARE p AS SELECT 1',
    "SELECT pg_catalog.set_config('search_path', '', false)",
    "select set_config('a.b', 'c', true)",
  ])('%s -> yes', (sql) => expect(isSessionState(sql)).toBe(true))

  test.each([
    'SET CONSTRAINTS ALL DEFERRED',
    'SELECT 1',
    'UPDATE t SET a = 1',
    'INSERT INTO "set" VALUES (1)',
    'CREATE TEMP TABLE t (a int)',
  ])('%s -> no', (sql) => expect(isSessionState(sql)).toBe(false))
})

describe('outsideTarget', () => {
  test.each<[string, ReturnType<typeof outsideTarget>]>([
    [
      'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY s.t (a)',
      { does: 'creates', kind: 'index', table: { schema: 's', name: 't' }, name: 'i' },
    ],
    ['CREATE INDEX CONCURRENTLY ON "T" (a)', { does: 'creates', kind: 'index', table: { name: 'T' } }],
    ['CREATE DATABASE d', { does: 'creates', kind: 'database', name: 'd' }],
    ["CREATE TABLESPACE x LOCATION '/x'", { does: 'creates', kind: 'tablespace', name: 'x' }],
    ['DROP INDEX CONCURRENTLY IF EXISTS s.i', { does: 'removes', kind: 'index', index: { schema: 's', name: 'i' } }],
    ['DROP DATABASE IF EXISTS d WITH (FORCE)', { does: 'removes', kind: 'database', name: 'd' }],
    ['DROP SUBSCRIPTION x', { does: 'removes', kind: 'subscription', name: 'x' }],
    [
      'ALTER TABLE ONLY p DETACH PARTITION s.p1 CONCURRENTLY',
      { does: 'removes', kind: 'partition', table: { name: 'p' }, partition: { schema: 's', name: 'p1' } },
    ],
    ["COMMIT PREPARED 'it''s'", { does: 'removes', kind: 'prepared transaction', name: "it's" }],
    ['REINDEX (VERBOSE) TABLE CONCURRENTLY s.t', { does: 'rebuilds', kind: 'table', of: { schema: 's', name: 't' } }],
    ['REINDEX (CONCURRENTLY) DATABASE', { does: 'rebuilds', kind: 'database', of: { name: '' } }],
    ['REINDEX SYSTEM d', undefined],
    ['VACUUM t', undefined],
    ['ALTER SYSTEM SET a = 1', undefined],
    ['CREATE INDEX', undefined],
    ['CREATE TABLE t (a int)', undefined],
    ['DROP TABLE t', undefined],
    ['COMMIT PREPARED', undefined],
    ['CALL p()', undefined],
    ['', undefined],
  ])('%s', (sql, expected) => expect(outsideTarget(sql)).toEqual(expected))
})
