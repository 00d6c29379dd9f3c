import { expect, test } from 'vitest'
import { openDb } from '../../src/db/open.ts'
import type { Db } from '../../src/db/db.ts'
import { baseline, migrate, migrationStatus, repair, verify } from '../../src/index.ts'
import { freshServer, serverUrl, targetOf } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'

let number = 0

interface Roles {
  admin: Db
  /** Owns everything. */
  owner: Db
  /** Has every privilege, and owns nothing. */
  reader: Db
  /** The same, with BYPASSRLS. */
  bypass: Db
  names: { owner: string }
}

const DIR = scratch({
  '1_runs.sql': 'create table runs (what text);',
  '2_once.sql': `insert into runs values ('once');`,
})

async function withRoles(): Promise<Roles> {
  const database = await freshServer()
  const admin = await database.open()
  const name = `rls_${process.pid}_${number++}`
  await admin.exec(`create role ${name}_owner login; create role ${name}_reader login; create role ${name}_bypass login bypassrls;
    alter schema public owner to ${name}_owner; grant create on database ${database.name} to ${name}_owner, ${name}_reader, ${name}_bypass`)
  const as = async (role: string): Promise<Db> =>
    openDb(await targetOf(serverUrl(database.name).replace('postgres://postgres@', `postgres://${name}_${role}@`)))
  const owner = await as('owner')
  expect((await migrate(owner, { migrations: [DIR] })).error).toBeUndefined()
  await admin.exec(
    `grant usage, create on schema public to ${name}_reader, ${name}_bypass; grant all on all tables in schema public to ${name}_reader, ${name}_bypass`,
  )
  return { admin, owner, reader: await as('reader'), bypass: await as('bypass'), names: { owner: `${name}_owner` } }
}

const LEDGER_HIDDEN = {
  code: 'ROW_SECURITY',
  exitCode: 2,
  message: expect.stringContaining('row-level security hides rows of schema_migrations'),
}

async function failureOf(call: Promise<{ error?: unknown } | object>): Promise<unknown> {
  try {
    const result = await call
    return 'error' in result ? result.error : undefined
  } catch (error) {
    return error
  }
}

/** Every call that reads the ledger, and its error. */
async function errorsOf(db: Db): Promise<unknown[]> {
  const options = { migrations: [DIR] }
  const calls = [
    () => migrate(db, options),
    () => migrate(db, { ...options, dryRun: true }),
    () => migrationStatus(db, options),
    () => baseline(db, options),
    () => repair(db, { ...options, version: '2_once' }),
    () => repair(db, { ...options, version: '2_once', forget: true, dryRun: true }),
    () => verify(db, options),
  ]
  const errors: unknown[] = []
  for (const call of calls) errors.push(await failureOf(call()))
  return errors
}

test('row security: policies of the ledger filter a role, or the owner under FORCE -> every command stops with exit code 2; a file never runs again', async () => {
  const { admin, owner, reader, bypass } = await withRoles()
  // one row is visible: the rest would count as pending
  await admin.exec(`alter table schema_migrations enable row level security;
    create policy p on schema_migrations using (version = '1_runs') with check (true)`)
  expect(await errorsOf(reader)).toEqual(Array.from({ length: 7 }, () => expect.objectContaining(LEDGER_HIDDEN)))
  for (const db of [owner, bypass, admin])
    expect((await migrate(db, { migrations: [DIR] })).report).toMatchObject({ applied: [], pending: [] })
  await admin.exec('alter table schema_migrations force row level security')
  for (const db of [reader, owner])
    expect(await errorsOf(db)).toEqual(Array.from({ length: 7 }, () => expect.objectContaining(LEDGER_HIDDEN)))
  expect(await migrate(owner, { migrations: [DIR] })).toMatchObject({
    error: { hint: expect.stringContaining('NO FORCE ROW LEVEL SECURITY') },
  })
  for (const db of [bypass, admin]) expect(await migrationStatus(db, { migrations: [DIR] })).toMatchObject({ upToDate: true })
  expect(await admin.query('select what from runs')).toEqual([{ what: 'once' }])
  for (const db of [owner, reader, bypass]) await db.close()
})

test('row security: a file forces it on the ledger -> the file is rolled back, and the file before stays applied', async () => {
  const { admin, owner, reader, bypass } = await withRoles()
  const dir = scratch({
    '3_force.sql': `create table later (id int);`,
    '4_force.sql': `alter table schema_migrations enable row level security; alter table schema_migrations force row level security; set row_security = on;`,
    '5_after.sql': `insert into later values (1);`,
  })
  const { error, report } = await migrate(owner, { migrations: [DIR, dir] })
  expect(error?.exitCode).toBe(4)
  expect(error?.message).toContain('4_force.sql failed when its ledger row was written')
  expect(report.applied.map(({ version }) => version)).toEqual(['3_force'])
  expect(await admin.query(`select relforcerowsecurity as forced from pg_class where relname = 'schema_migrations'`)).toEqual([
    { forced: false },
  ])
  for (const db of [owner, reader, bypass]) await db.close()
})

test('row security: FORCE on the table of unfinished files -> migrate and verify stop with exit code 2', async () => {
  const { admin, owner, reader, bypass } = await withRoles()
  const dir = scratch({ '3_index.sql': `-- skills: no-transaction\ninsert into runs values ('index');\nselect nonsense;` })
  expect((await migrate(owner, { migrations: [DIR, dir] })).error).toMatchObject({ code: 'MIGRATION_FAILED' })
  await admin.exec(
    `alter table schema_migrations_progress enable row level security; alter table schema_migrations_progress force row level security`,
  )
  const hidden = { code: 'ROW_SECURITY', exitCode: 2, message: expect.stringContaining('schema_migrations_progress') }
  expect((await migrate(owner, { migrations: [DIR, dir] })).error).toMatchObject(hidden)
  await expect(verify(owner, { migrations: [DIR, dir] })).rejects.toMatchObject(hidden)
  expect(await admin.query(`select count(*)::int as n from runs where what = 'index'`)).toEqual([{ n: 1 }])
  for (const db of [owner, reader, bypass]) await db.close()
})
