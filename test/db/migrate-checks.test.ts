import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { migrate } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'
import { OWN_MIGRATIONS } from '../support/own-migrations.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

async function exists(db: Db, name: string): Promise<boolean> {
  const [row] = await db.query(`SELECT to_regclass('${name}') IS NOT NULL AS there`)
  return row?.['there'] === true
}

const BODY = '\nCREATE TABLE made (id int);\n'

const INTERRUPTED = (rest: string): string => `-- skills: no-transaction, check SELECT to_regclass('made') IS NULL${BODY}${rest}`

onEachBackend((backend) => {
  test('check: true -> the file runs, and a check can look at what files before it did', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({
      '1.sql': 'CREATE TABLE t (id int);\nINSERT INTO t VALUES (1);',
      '2.sql': `-- skills: check SELECT count(*) = 1 FROM t;\n-- skills: check WITH one AS (VALUES (true)) SELECT * FROM one ORDER BY 1${BODY}INSERT INTO t VALUES (2);`,
    })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toBeUndefined()
    expect(report.applied.slice(OWN_MIGRATIONS.length)).toMatchObject([{ version: '1' }, { version: '2', statements: 2 }])
    expect(await exists(db, 'made')).toBe(true)
  })

  test.each([
    ['false', 'SELECT count(*) > 99 FROM pg_class WHERE false', 'false'],
    ['NULL', 'SELECT NULL::boolean', 'NULL'],
    ['no row', 'SELECT true WHERE false', 'no row'],
    ['two rows', 'VALUES (true), (true)', 'more than one row'],
    ['a number', 'SELECT 1', '1'],
    ['a text', "SELECT 'true'::text", '"true"'],
  ])('check: returns %s -> CHECK_FAILED with its place and the answer, nothing of the file is applied', async (_, query, found) => {
    const db = await (await backend.migrated()).open()
    for (const words of ['', 'no-transaction, ']) {
      const dir = scratch({ '1.sql': `-- first\n-- skills: ${words}check ${query}${BODY}` })
      const { report, error } = await migrate(db, { migrations: [dir] })
      expect(error).toMatchObject({
        code: 'CHECK_FAILED',
        exitCode: 4,
        message: expect.stringContaining(`on line 2 returned ${found}, not true`),
      })
      expect(report.diagnostics).toMatchObject([
        { code: 'CHECK_FAILED', line: 2, column: 18 + words.length, message: `the check returned ${found}: ${query}` },
      ])
      expect(report.pending).toMatchObject([{ version: '1' }])
      expect(await exists(db, 'made')).toBe(false)
      expect(await exists(db, 'schema_migrations_progress')).toBe(false)
    }
  })

  test('check: two columns, an unknown table -> MIGRATION_FAILED at the line of the check', async () => {
    const db = await (await backend.migrated()).open()
    for (const [query, code] of [
      ['SELECT true, true', '42601'],
      ['SELECT count(*) = 0 FROM nowhere', '42P01'],
    ]) {
      const { report, error } = await migrate(db, { migrations: [scratch({ '1.sql': `\n-- skills: check ${query}${BODY}` })] })
      expect(error).toMatchObject({ code: 'MIGRATION_FAILED', exitCode: 4 })
      expect(report.diagnostics).toMatchObject([{ code, line: 2 }])
      expect(await exists(db, 'made')).toBe(false)
    }
  })

  test.each([
    ['nextval', `SELECT nextval('s') > 0`],
    ['a function that writes', 'SELECT writes()'],
    ['FOR UPDATE', 'SELECT true FROM written FOR UPDATE'],
  ])('check: %s -> refused by the server as read-only, and the file does not run', async (_, query) => {
    const db = await (await backend.migrated()).open()
    await db.exec(`CREATE SEQUENCE s; CREATE TABLE written (id int); INSERT INTO written VALUES (0);
      CREATE FUNCTION writes() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO written VALUES (1); RETURN true; END $$`)
    for (const words of ['', 'no-transaction, ']) {
      const { report } = await migrate(db, { migrations: [scratch({ '1.sql': `-- skills: ${words}check ${query}${BODY}` })] })
      expect(report.diagnostics).toMatchObject([{ code: '25006', line: 1 }])
      expect(await exists(db, 'made')).toBe(false)
      expect(await db.query('SELECT * FROM written')).toEqual([{ id: 0 }])
    }
  })

  test('check: sees the unqualified names of the file, and settings that it changes do not last', async () => {
    const db = await (await backend.fresh()).open({ schema: 'app' })
    const dir = scratch({
      '1.sql': 'CREATE TABLE t (id int);',
      '2.sql': `-- skills: check SELECT count(*) = 0 FROM t\n-- skills: check SELECT set_config('search_path', 'pg_catalog', false) = 'pg_catalog'${BODY}`,
    })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
    expect(await exists(db, 'app.made')).toBe(true)
  })

  test('check: a no-transaction file that was interrupted -> resumes without its checks', async () => {
    const db = await (await backend.migrated()).open()
    const dir = scratch({ '1.sql': INTERRUPTED('SELECT 1/0;') })
    expect((await migrate(db, { migrations: [dir] })).error).toMatchObject({ code: 'MIGRATION_FAILED' })
    expect(await exists(db, 'made')).toBe(true)
    writeFiles(dir, { '1.sql': INTERRUPTED('SELECT 1;') })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
  })

  test('--keep-going: a check is not true -> the files after it run', async () => {
    const db = await (await backend.migrated()).open()
    const dir = scratch({ '1.sql': '-- skills: check SELECT false\nSELECT 1;', '2.sql': BODY })
    const { report, error } = await migrate(db, { migrations: [dir], keepGoing: true })
    expect(error).toMatchObject({ code: 'CHECK_FAILED' })
    expect(report.applied).toMatchObject([{ version: '2' }])
  })

  test('--dry-run: a file with a check -> lists the query, does not evaluate it', async () => {
    const db = await (await backend.migrated()).open()
    const dir = scratch({ '1.sql': `-- skills: check SELECT count(*) = 0 FROM nowhere${BODY}` })
    expect((await migrate(db, { migrations: [dir], dryRun: true })).report.pending).toMatchObject([
      { checks: [{ line: 1, text: 'SELECT count(*) = 0 FROM nowhere' }], plan: [{ line: 2 }] },
    ])
  })
})
