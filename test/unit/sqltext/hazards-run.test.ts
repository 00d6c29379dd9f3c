import { describe, expect, test } from 'vitest'
import { classify } from '../../../src/sqltext/statements/classify.ts'
import { findRunHazards } from '../../../src/sqltext/hazards/hazard-run.ts'
import { splitStatements } from '../../../src/sqltext/statements/split.ts'

/** The codes for each file. A file that begins with the directive runs without a transaction. */
function codes(files: readonly string[], server: Parameters<typeof findRunHazards>[1] = {}): string[][] {
  const parsed = files.map((text) => ({
    noTransaction: text.startsWith('-- skills: no-transaction'),
    statements: splitStatements(text).statements.map((statement) => ({ ...statement, kind: classify(statement.text) })),
  }))
  return findRunHazards(parsed, server).map((statements) => statements.flat().map(({ code }) => code))
}

describe('findRunHazards: objects that the run created', () => {
  test('a table, its indexes and views, also in later files -> no hazard', () => {
    const files = [
      'CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a); CREATE MATERIALIZED VIEW m AS SELECT 1; CREATE DOMAIN d AS int',
      'ALTER TABLE t ADD CHECK (a > 0), ALTER b TYPE text; DROP INDEX i; REFRESH MATERIALIZED VIEW m; ALTER DOMAIN d SET NOT NULL; DROP TABLE t',
    ]
    expect(codes(files)).toEqual([[], []])
  })

  test('an older table or an index of it -> hazards', () => {
    expect(codes(['CREATE INDEX i ON t (a); DROP INDEX i'])).toEqual([['INDEX_NOT_CONCURRENT', 'DROP_INDEX_NOT_CONCURRENT']])
  })

  test('IF NOT EXISTS of an existing table -> hazards', () => {
    const files = ['CREATE TABLE IF NOT EXISTS t (a int); CREATE INDEX ON t (a)', 'CREATE TABLE u (a int); CREATE INDEX ON u (a)']
    expect(codes(files)).toEqual([[], []])
    expect(codes(files, { existing: new Set(['t']) })).toEqual([['INDEX_NOT_CONCURRENT'], []])
  })

  test('a table with the same name in another schema -> hazards', () => {
    expect(codes(['CREATE TABLE a.t (x int); CREATE INDEX ON a.t (x); CREATE INDEX ON b.t (x); CREATE INDEX ON t (x)'])).toEqual([
      ['INDEX_NOT_CONCURRENT', 'INDEX_NOT_CONCURRENT'],
    ])
  })

  test('a temporary table without its schema -> no hazard', () => {
    expect(codes(['CREATE TEMP TABLE t AS SELECT 1 AS x; UPDATE t SET x = 2; DROP TABLE t'])).toEqual([[]])
  })

  test('a new table replaces an older one -> hazards of the older one only', () => {
    const swap = `CREATE TABLE t_new (a int); ALTER TABLE t RENAME TO t_old; ALTER TABLE t_new RENAME TO t;
      CREATE INDEX ON t (a); CREATE INDEX ON t_old (a)`
    expect(codes([swap])).toEqual([['RENAME_TABLE', 'INDEX_NOT_CONCURRENT']])
    expect(codes([swap], { existing: new Set(['t']) })).toEqual([['RENAME_TABLE', 'INDEX_NOT_CONCURRENT']])
    expect(
      codes(['ALTER TABLE t SET SCHEMA old; CREATE TABLE t (a int); DROP TABLE t; DROP TABLE old.t'], { existing: new Set(['t']) }),
    ).toEqual([['SET_SCHEMA', 'DROP_TABLE']])
    expect(codes(['DROP TABLE t; CREATE TABLE t (a int); CREATE INDEX ON t (a)'], { existing: new Set(['t']) })).toEqual([['DROP_TABLE']])
  })
})

describe('findRunHazards: NOT VALID and VALIDATE', () => {
  const add = 'ALTER TABLE s.t ADD CONSTRAINT "K" CHECK (a IS NOT NULL) NOT VALID;'
  const validate = 'ALTER TABLE s.t VALIDATE CONSTRAINT "K";'

  test('in one transaction -> VALIDATE_IN_SAME_TRANSACTION', () => {
    expect(codes([add + validate])).toEqual([['VALIDATE_IN_SAME_TRANSACTION']])
    expect(codes([add, validate])).toEqual([[], []])
    expect(codes([`-- skills: no-transaction\n${add}${validate}`])).toEqual([[]])
    expect(codes([`${add}ALTER TABLE s.t VALIDATE CONSTRAINT k; ALTER TABLE t VALIDATE CONSTRAINT "K"`])).toEqual([[]])
  })

  test('VALIDATE of a foreign key -> the lock of the ADD', () => {
    const key = 'ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT k'
    const statements = splitStatements(key).statements.map((statement) => ({ ...statement, kind: classify(statement.text) }))
    expect(findRunHazards([{ noTransaction: false, statements }]).flat(2)).toMatchObject([
      { lock: 'SHARE ROW EXCLUSIVE', blocks: 'writes' },
    ])
  })

  test('SET NOT NULL after a valid CHECK -> no hazard', () => {
    const set = 'ALTER TABLE s.t ALTER a SET NOT NULL;'
    expect(codes([add, validate + set])).toEqual([[], []])
    expect(codes([add, set])).toEqual([[], ['SET_NOT_NULL']])
    expect(codes([add, `${validate}ALTER TABLE s.t ALTER b SET NOT NULL`])).toEqual([[], ['SET_NOT_NULL']])
    expect(codes([add, `${validate}ALTER TABLE t ALTER a SET NOT NULL`])).toEqual([[], ['SET_NOT_NULL']])
    expect(codes([`ALTER TABLE t ADD CHECK ((a IS NOT NULL)), ALTER a SET NOT NULL`])).toEqual([['ADD_CHECK']])
    expect(codes([`ALTER TABLE t ADD CHECK (a IS NOT NULL OR b); ALTER TABLE t ALTER a SET NOT NULL`])).toEqual([
      ['ADD_CHECK', 'SET_NOT_NULL'],
    ])
  })

  test('VALIDATE of an older constraint -> SET NOT NULL is no hazard', () => {
    expect(codes([`${validate}ALTER TABLE s.t ALTER a SET NOT NULL`])).toEqual([[]])
  })

  test('ATTACH PARTITION after a valid CHECK -> no hazard', () => {
    const attach = 'ALTER TABLE p ATTACH PARTITION c FOR VALUES IN (1);'
    const check = 'ALTER TABLE c ADD CONSTRAINT k CHECK (a = 1) NOT VALID;'
    expect(codes([check, `ALTER TABLE c VALIDATE CONSTRAINT k; ${attach}`])).toEqual([[], []])
    expect(codes([check, attach])).toEqual([[], ['ATTACH_PARTITION']])
    expect(
      codes([`ALTER TABLE c ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u NOT VALID`, `ALTER TABLE c VALIDATE CONSTRAINT k; ${attach}`]),
    ).toEqual([[], ['ATTACH_PARTITION']])
  })
})

describe('findRunHazards: a new value of an enum', () => {
  const add = "ALTER TYPE e ADD VALUE IF NOT EXISTS 'it''s' BEFORE 'b';"

  test.each([
    "INSERT INTO t VALUES ('it''s')",
    "ALTER TABLE t ALTER a SET DEFAULT $$it's$$",
    "CREATE INDEX CONCURRENTLY ON t (a) WHERE a = 'it''s'",
  ])('used in its transaction: %s -> ENUM_VALUE_IN_SAME_TRANSACTION', (use) => {
    expect(codes([`${add}${use}`])).toEqual([['ENUM_VALUE_IN_SAME_TRANSACTION']])
    expect(codes([add, use])).toEqual([[], []])
    expect(codes([`-- skills: no-transaction\n${add}${use}`])).toEqual([[]])
  })

  test('part of a longer literal, or inside a function -> no hazard', () => {
    expect(codes([`${add}INSERT INTO t VALUES ('it''s here'); DO $$ BEGIN PERFORM 'it''s'; END $$`])).toEqual([[]])
  })
})
