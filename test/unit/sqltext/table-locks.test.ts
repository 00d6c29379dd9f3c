import { expect, test } from 'vitest'
import { tableLocks } from '../../../src/sqltext/hazards/table-locks.ts'
import { classify } from '../../../src/sqltext/statements/classify.ts'

// what a transaction cannot contain; test/db/table-locks.test.ts compares the others with pg_locks
test.each([
  ['CREATE INDEX CONCURRENTLY i ON t (a)', 't', 'SHARE UPDATE EXCLUSIVE'],
  ['DROP INDEX CONCURRENTLY IF EXISTS s.i', 'i', 'SHARE UPDATE EXCLUSIVE'],
  ['ALTER TABLE p DETACH PARTITION q CONCURRENTLY', 'p', 'SHARE UPDATE EXCLUSIVE'],
  ['VACUUM t', 't', 'SHARE UPDATE EXCLUSIVE'],
  ['VACUUM (ANALYZE, VERBOSE) t', 't', 'SHARE UPDATE EXCLUSIVE'],
  ['VACUUM FULL t', 't', 'ACCESS EXCLUSIVE'],
  ['VACUUM (FULL, ANALYZE) t', 't', 'ACCESS EXCLUSIVE'],
  ['COPY t FROM stdin', 't', 'ROW EXCLUSIVE'],
])('tableLocks: %s -> %s %s', (sql, name, lock) => {
  expect(tableLocks(sql, classify(sql))[0]).toMatchObject({ table: { name }, lock })
})

test.each([
  'SELECT 1',
  'VACUUM',
  'DO $$ BEGIN END $$',
  'GRANT SELECT ON t TO u',
  'CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1',
  '',
])('tableLocks: %s -> none', (sql) => expect(tableLocks(sql, classify(sql))).toEqual([]))
