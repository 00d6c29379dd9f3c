import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { baseline, migrate, migrationStatus, verify } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'
import { OWN_MIGRATIONS } from '../support/own-migrations.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const OLD = {
  '1_users.sql': 'CREATE TABLE users (id int);\nINSERT INTO users VALUES (1);',
  '2_orders.sql': 'CREATE TABLE orders (id int);\nALTER TABLE users RENAME TO people;',
}
const BODY = 'CREATE TABLE people (id int);\nINSERT INTO people VALUES (1);\nCREATE TABLE orders (id int);\n'
const SQUASH = { '2_squash.sql': `-- skills: replaces 1_users\n-- skills: replaces 2_orders.sql\n${BODY}` }
const LATER = { '3_later.sql': 'ALTER TABLE people ADD COLUMN name text;' }

/** The versions in the ledger, without those of the package. */
async function rows(db: Db): Promise<unknown[]> {
  const versions = await db.query('SELECT version FROM schema_migrations ORDER BY version COLLATE "C"')
  return versions.map(({ version }) => version).filter((version) => !OWN_MIGRATIONS.includes(String(version)))
}
const OWN = OWN_MIGRATIONS.length

async function people(db: Db): Promise<unknown> {
  return (await db.query('SELECT count(*)::int AS count FROM people'))[0]?.['count']
}

async function failedChecks(db: Db, dir: string): Promise<string[]> {
  const { checks } = await verify(db, { migrations: [dir] })
  return checks.filter(({ id, faults }) => /^(?:ledger|drift)\./.test(id) && faults.length > 0).map(({ id }) => id)
}

onEachBackend((backend) => {
  test('replaces: all are applied -> the file is recorded and does not run, the old rows stay, verify passes', async () => {
    const db = await (await backend.fresh()).open()
    await migrate(db, { migrations: [scratch(OLD)] })
    const dir = scratch({ ...SQUASH, ...LATER })
    const status = await migrationStatus(db, { migrations: [dir] })
    expect(status.migrations.slice(-2)).toMatchObject([
      { version: '2_squash', state: 'pending', recordOnly: true, outOfOrder: false },
      { version: '3_later', state: 'pending', recordOnly: false },
    ])
    expect(status.missing).toEqual([])
    expect((await migrate(db, { migrations: [dir], dryRun: true })).report).toMatchObject({ recorded: ['2_squash'] })

    const { report, error } = await migrate(db, { migrations: [dir], strictOrder: true })
    expect(error).toBeUndefined()
    expect(report).toMatchObject({ applied: [{ version: '3_later' }], recorded: ['2_squash'], missing: [] })
    expect(await rows(db)).toEqual(['1_users', '2_orders', '2_squash', '3_later'])
    expect(await people(db)).toBe(1)
    expect(await failedChecks(db, dir)).toEqual([])
    expect((await migrate(db, { migrations: [dir] })).report).toMatchObject({ applied: [], recorded: [] })
  })

  test('replaces: none is applied -> the file runs, old files in the folder do not; verify passes', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ ...OLD, ...SQUASH, ...LATER })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toBeUndefined()
    expect(report.applied.map(({ version }) => version).slice(OWN)).toEqual(['2_squash', '3_later'])
    expect(await people(db)).toBe(1)
    const { migrations, upToDate } = await migrationStatus(db, { migrations: [dir] })
    expect(migrations.slice(OWN).map(({ state }) => state)).toEqual(['replaced', 'replaced', 'applied', 'applied'])
    expect(upToDate).toBe(true)
    expect(await failedChecks(db, dir)).toEqual([])
    expect((await migrate(db, { migrations: [dir] })).report).toMatchObject({ applied: [], alreadyApplied: OWN + 2 })
  })

  test('replaces: some are applied, without files of the others -> REPLACED_PARTLY names them, nothing runs', async () => {
    const db = await (await backend.fresh()).open()
    await migrate(db, { migrations: [scratch(OLD)], to: '1_users' })
    const dir = scratch({ ...SQUASH, ...LATER, '0_first.sql': 'CREATE TABLE first (id int);' })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toMatchObject({ code: 'REPLACED_PARTLY', exitCode: 6, message: expect.stringContaining('not 2_orders') })
    expect(report.diagnostics).toMatchObject([
      { file: expect.stringContaining('2_squash.sql'), message: expect.stringContaining('1_users is applied and 2_orders is not') },
    ])
    expect(report.applied).toEqual([])
    expect(await rows(db)).toEqual(['1_users'])
    expect((await migrationStatus(db, { migrations: [dir] })).conflicts).toEqual([
      { version: '2_squash', applied: ['1_users'], missing: ['2_orders'] },
    ])
  })

  test('replaces: some are applied, and the others have files -> these run, and then the new file is recorded', async () => {
    const db = await (await backend.fresh()).open()
    await migrate(db, { migrations: [scratch(OLD)], to: '1_users' })
    const dir = scratch({ ...OLD, ...SQUASH, ...LATER })
    expect((await migrate(db, { migrations: [dir], to: '1_users' })).report).toMatchObject({ applied: [], recorded: [] })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toBeUndefined()
    expect(report).toMatchObject({ applied: [{ version: '2_orders' }, { version: '3_later' }], recorded: ['2_squash'] })
    expect(await people(db)).toBe(1)
    expect(await failedChecks(db, dir)).toEqual([])
  })

  test('replaces: a second squash, written where the first ran or where it was recorded -> is recorded', async () => {
    const second = scratch({
      '3_all.sql': `-- skills: replaces 1_users, 2_orders, 3_later\n${BODY}ALTER TABLE people ADD COLUMN name text;`,
      '4.sql': 'SELECT 1;',
    })
    for (const first of [scratch(OLD), scratch({})]) {
      const db = await (await backend.fresh()).open()
      await migrate(db, { migrations: [first] })
      await migrate(db, { migrations: [scratch({ ...SQUASH, ...LATER })] })
      const { report, error } = await migrate(db, { migrations: [second] })
      expect(error).toBeUndefined()
      expect(report).toMatchObject({ applied: [{ version: '4' }], recorded: ['3_all'], missing: [] })
      expect(await people(db)).toBe(1)
    }
  })

  test('replaces: both squashes and the old files in the folder of an empty database -> only the last one runs', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ ...OLD, ...SQUASH, '3_all.sql': `-- skills: replaces 1_users, 2_orders, 3_later\n${BODY}` })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toBeUndefined()
    expect(report.applied.map(({ version }) => version).slice(OWN)).toEqual(['3_all'])
  })

  test.each([
    ['itself', { '1.sql': '-- a\n-- skills: replaces 1\nSELECT 1;' }, 'a file cannot replace itself'],
    ['a file of the package', { '1.sql': '\n-- skills: replaces 20251220_create_skill_system\n' }, 'is a migration of the package'],
    [
      'a repeatable file',
      { '1.sql': '\n-- skills: replaces r\nSELECT 1;', 'r.sql': '-- skills: repeatable\nSELECT 2;' },
      'r is repeatable',
    ],
    ['what another file replaces', { '3.sql': '-- skills: replaces a, b', '4.sql': '\n-- skills: replaces b, c' }, '3.sql replaces b too'],
  ])('replaces: %s -> MIGRATION_FILE_INVALID with its line', async (_, files, message) => {
    const db = await (await backend.fresh()).open()
    const { report, error } = await migrate(db, { migrations: [scratch(files)] })
    expect(error).toMatchObject({ code: 'MIGRATION_FILE_INVALID', exitCode: 4 })
    expect(report.diagnostics).toMatchObject([{ line: 2, column: 12, message: expect.stringContaining(message) }])
    expect(report.applied).toEqual([])
  })

  test.each([2, 3])('replaces: %i files in a circle -> refused, because none of them would run; status says pending', async (count) => {
    const db = await (await backend.fresh()).open()
    const names = Array.from({ length: count }, (_, i) => `${i + 1}_file`)
    const files = names.map((name, i) => [`${name}.sql`, `-- skills: replaces ${names[(i + 1) % count] ?? ''}\nSELECT 1;`] as const)
    const dir = scratch(Object.fromEntries(files))
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toMatchObject({ code: 'MIGRATION_FILE_INVALID', exitCode: 4 })
    expect(report.diagnostics).toHaveLength(count)
    expect(report.diagnostics[0]).toMatchObject({ line: 1, column: 12, message: expect.stringContaining('they replace each other') })
    const status = await migrationStatus(db, { migrations: [dir] })
    expect(status.migrations.slice(-count).map(({ state }) => state)).toEqual(names.map(() => 'pending'))
  })

  test('baseline: a squash beside the old files -> records the squash only, which counts as them', async () => {
    const db = await (await backend.fresh()).open()
    await db.exec(BODY)
    await migrate(db, {})
    const dir = scratch({ ...OLD, ...SQUASH })
    expect((await baseline(db, { migrations: [dir] })).report).toMatchObject({ versions: ['2_squash'], differences: [], done: true })
    expect((await migrationStatus(db, { migrations: [dir] })).upToDate).toBe(true)
  })

  test('replaces: another run applies an old file after the ledger was read -> the new file does not run', async (context) => {
    context.skip(backend.name === 'embedded', 'one connection')
    const database = await backend.fresh()
    const [db, other] = [await database.open(), await database.open()]
    await migrate(db, {})
    const dir = scratch(SQUASH)
    writeFiles(dir, { '1_a.sql': 'SELECT pg_sleep(0.5);' })
    const slow = migrate(db, { migrations: [dir] })
    await expect
      .poll(
        async () =>
          (await other.query(`SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(0.5)%' AND state = 'active'`)).length,
      )
      .toBe(1)
    await other.exec(`INSERT INTO schema_migrations (version, checksum, tool) VALUES ('1_users', 'sha256:', 'skills')`)
    expect((await slow).error).toMatchObject({ code: 'REPLACED_PARTLY', hint: expect.stringContaining('run skills migrate again') })
  })
})
