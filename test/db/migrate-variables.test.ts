import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { baseline, migrate, readMigrationFiles, verify } from '../../src/index.ts'
import { jsonWithoutSecrets, redact } from '../../src/core/redaction.ts'
import { printable } from '../../src/core/text.ts'
import { onEachBackend } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'

const FILE = `CREATE TABLE :"table" (id int, label text DEFAULT :'label');
INSERT INTO :"table" VALUES (:first + 1, :'label');
`
const VARIABLES = { table: 'My "table"', label: `it's \\ one`, first: '41' }

async function rowOf(db: Db, version: string): Promise<Record<string, unknown> | undefined> {
  const [found] = await db.query('SELECT to_jsonb(l) AS row FROM schema_migrations l WHERE version = $1', [version])
  return found?.['row'] as Record<string, unknown> | undefined
}

async function exists(db: Db, name: string): Promise<boolean> {
  const [row] = await db.query(`SELECT to_regclass('${name}') IS NOT NULL AS there`)
  return row?.['there'] === true
}

onEachBackend((backend) => {
  test.each([
    ['in a transaction', ''],
    ['step by step', `-- skills: check SELECT :'label' = 'it''s \\ one'\n`],
    ['without a transaction', '-- skills: no-transaction\n'],
  ])('variables: %s -> values in quotes, and their names in the ledger', async (_, head) => {
    const db = await (await backend.migrated()).open()
    const dir = scratch({ '1.sql': head + FILE })
    const { report, error } = await migrate(db, { migrations: [dir], variables: VARIABLES })
    expect(error).toBeUndefined()
    expect(report.applied).toMatchObject([{ version: '1', statements: 2 }])
    expect(await db.query('SELECT * FROM "My ""table"""')).toEqual([{ id: 42, label: VARIABLES.label }])
    const row = await rowOf(db, '1')
    expect([row?.['variables']].flat().toSorted()).toEqual(['first', 'label', 'table'])
    expect(JSON.stringify(row)).not.toContain('one')
    expect(row?.['checksum']).toBe(readMigrationFiles([dir]).at(-1)?.checksum)
    // the digest is that of the text as written
    expect((await migrate(db, { migrations: [dir], variables: {} })).report.applied).toEqual([])
  })

  test('variables: one without a value -> MIGRATION_FILE_INVALID with its place, nothing runs', async () => {
    const db = await (await backend.migrated()).open()
    const dir = scratch({ '1.sql': 'CREATE TABLE first (id int);', '2.sql': `SELECT 1;\nSELECT 'é', :missing, :'label', :lable;` })
    const { report, error } = await migrate(db, { migrations: [dir], variables: { label: 'x' } })
    expect(error).toMatchObject({ code: 'MIGRATION_FILE_INVALID', exitCode: 4 })
    expect(report.diagnostics).toMatchObject([
      { file: expect.stringContaining('2.sql'), line: 2, column: 13, message: 'the variable "missing" has no value' },
      { line: 2, column: 33, hint: expect.stringContaining('did you mean label?') },
    ])
    expect(await exists(db, 'first')).toBe(false)
  })

  test('variables: an error after a value -> its place is that in the file', async () => {
    const db = await (await backend.migrated()).open()
    for (const head of ['', '-- skills: no-transaction\n']) {
      const dir = scratch({ '1.sql': `${head}SELECT :'label', :first, nowhere FROM pg_class;` })
      const { report } = await migrate(db, { migrations: [dir], variables: { label: 'a long value\nin two lines', first: '12345678' } })
      expect(report.diagnostics).toMatchObject([{ code: '42703', line: head === '' ? 1 : 2, column: 26 }])
    }
  })

  test('variables: the server repeats a value of several lines in quotes -> every form of it is hidden', async () => {
    const db = await (await backend.migrated()).open()
    const token = `it's "my\\ secret\nsecond line; $$`
    for (const sql of [`SELECT 1 :'token' 2`, `SELECT (:'token')::int`]) {
      const { error, report } = await migrate(db, { migrations: [scratch({ '1.sql': sql })], variables: { token } })
      expect(report.diagnostics).toHaveLength(1)
      const message = `${error?.message ?? ''} ${report.diagnostics[0]?.message ?? ''}`
      expect(message).toContain('my')
      for (const shown of [redact(message), redact(printable(message)), ...message.split('\n').map(redact)])
        expect(shown).not.toMatch(/my|second|line;/)
    }
  })

  test('variables: in a COPY with rows -> the table of the value, the rows as written', async () => {
    const db = await (await backend.migrated()).open()
    const copy = `COPY :"table" (label, id) FROM stdin WITH (DELIMITER ',');\n:'label',1\n\\.\n`
    const dir = scratch({ '1.sql': `CREATE TABLE :"table" (id int, label text);\n${copy}` })
    const { error } = await migrate(db, { migrations: [dir], variables: VARIABLES })
    expect(error).toBeUndefined()
    expect(await db.query('SELECT * FROM "My ""table"""')).toEqual([{ id: 1, label: `:'label'` }])
  })

  test('variables: the server repeats a value in its message -> the output hides it', async () => {
    const db = await (await backend.migrated()).open()
    const dir = scratch({ '1.sql': `SELECT (:'token')::int;` })
    const { error } = await migrate(db, { migrations: [dir], variables: { token: 's3cret-value' } })
    expect(error?.message).toContain('22P02')
    expect(jsonWithoutSecrets({ error: error?.message })).not.toContain('s3cret')
  })

  test('--dry-run: the statements -> as written, without values', async () => {
    const db = await (await backend.migrated()).open()
    const { report } = await migrate(db, { migrations: [scratch({ '1.sql': FILE })], variables: VARIABLES, dryRun: true })
    expect(report.pending[0]?.plan?.map(({ text }) => text)).toEqual([
      `CREATE TABLE :"table" (id int, label text DEFAULT :'label')`,
      `INSERT INTO :"table" VALUES (:first + 1, :'label')`,
    ])
  })

  test('a file without variables, run without values: slices, JSON, casts -> as before', async () => {
    const db = await (await backend.migrated()).open()
    const dir = scratch({
      '1.sql': `CREATE TABLE t (a int[], i int, j int);
INSERT INTO t VALUES ('{1,2,3}'::int[], 1, 2);
CREATE TABLE u AS SELECT a[i:j], a[1:2] AS b, ':x' AS c, '$.a ? (@ == ":y")'::jsonpath AS d FROM t;
DO $$ DECLARE n int := 1; BEGIN PERFORM ':z'; END $$;`,
    })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
    expect(await db.query('SELECT a, b FROM u')).toEqual([{ a: '{1,2}', b: '{1,2}' }])
    expect(await rowOf(db, '1')).toMatchObject({ variables: null })
  })

  test('variables: an object exists -> is compared with what the file creates with the values', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec(`CREATE TABLE t (id int, label text DEFAULT 'x')`)
    const dir = scratch({ '1.sql': `CREATE TABLE :"table" (id int, label text DEFAULT :'label');` })
    const { report } = await migrate(db, { migrations: [dir], variables: { table: 't', label: 'x' } })
    expect(report.applied[0]?.existing).toMatchObject([{ name: 't', same: true }])
  })

  test('verify and baseline: with the values -> compare; without them -> baseline is refused, verify says what it did not compare', async () => {
    const db = await (await backend.migrated()).open()
    const dir = scratch({ '1.sql': `CREATE TABLE :"table" (id int);` })
    const variables = { table: 't' }
    await db.exec('CREATE TABLE t (id int)')
    await expect(baseline(db, { migrations: [dir] })).rejects.toMatchObject({
      code: 'MIGRATION_FILE_INVALID',
      diagnostics: [{ line: 1, column: 14 }],
    })
    expect((await baseline(db, { migrations: [dir], variables })).report).toMatchObject({ versions: ['1'], differences: [], done: true })
    expect(await rowOf(db, '1')).toMatchObject({ variables: ['table'] })
    const failed = async (values?: Record<string, string>): Promise<string[]> => {
      const { checks } = await verify(db, { migrations: [dir], ...(values === undefined ? {} : { variables: values }) })
      return checks.filter(({ id, faults }) => /^(?:ledger|drift)\./.test(id) && faults.length > 0).map(({ id }) => id)
    }
    expect(await failed(variables)).toEqual([])
    expect(await failed()).toEqual(['drift.build'])
    await db.exec('ALTER TABLE t ADD COLUMN extra int')
    expect(await failed(variables)).not.toEqual([])
  })
})
