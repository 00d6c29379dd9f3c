import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDb } from '../../src/db/open.ts'
import { migrate } from '../../src/index.ts'
import { freshServer, targetOf } from '../support/databases.ts'
import type { Pooler } from '../support/pgbouncer.ts'
import { NO_POOLER, startPooler } from '../support/pgbouncer.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

describe.skipIf(NO_POOLER !== undefined)(`behind PgBouncer in transaction mode${NO_POOLER === undefined ? '' : ` (${NO_POOLER})`}`, () => {
  let pooler: Pooler
  beforeAll(async () => {
    pooler = await startPooler()
  })
  afterAll(async () => pooler.stop())

  test('connection: through PgBouncer -> detected as pooled', async () => {
    const { name } = await freshServer()
    const db = await openDb(await targetOf(pooler.url(name)))
    expect(db.info.pooled).toBe(true)
    await db.close()
  })

  test('no-transaction file: a pooler -> refused before anything is written; --direct-url or DIRECT_URL -> runs', async () => {
    const { name, open, flags } = await freshServer()
    const dir = scratch({
      '1.sql': 'create table a (id int)',
      '2.sql': '-- skills: no-transaction\ncreate index concurrently a_id on a (id);',
    })
    const refused = await runSkills(['migrate', '--dir', dir, '--database-url', pooler.url(name)])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toMatch(/2\.sql .*pooler.*\n.*--direct-url.*DIRECT_URL/)
    let db = await open()
    expect(await db.query("select count(*)::int as n from pg_class where relnamespace = 'public'::regnamespace")).toEqual([{ n: 0 }])
    await db.close()
    const run = await runSkills(['migrate', '--dir', dir], { env: { DATABASE_URL: pooler.url(name), DIRECT_URL: flags[1] ?? '' } })
    expect(run).toMatchObject({ code: 0, stderr: '' })
    db = await open()
    expect(await db.query("select indisvalid from pg_index where indexrelid = 'a_id'::regclass")).toEqual([{ indisvalid: true }])
    expect((await runSkills(['migrate', '--dir', dir, '--database-url', pooler.url(name), '--direct-url', flags[1] ?? ''])).code).toBe(0)
  })

  test('--role: through PgBouncer -> files have the role, the ledger has not, and no connection keeps it', async () => {
    const { name, open } = await freshServer()
    const admin = await open()
    await admin.exec(`create role files_${name}; grant usage, create on schema public to files_${name}`)
    const db = await openDb(await targetOf(pooler.url(name)))
    const dir = scratch({ 'r1.sql': `set role files_${name}; create table t_1 (id int);`, 'r2.sql': 'create table t_2 (id int);' })
    expect((await migrate(db, { migrations: [dir], role: `files_${name}` })).error).toBeUndefined()
    expect(await db.query('select current_user::text as role')).toEqual([{ role: 'postgres' }])
    expect(await admin.query(`select distinct tableowner::text as owner from pg_tables where tablename like 't\\_%'`)).toEqual([
      { owner: `files_${name}` },
    ])
    expect(await admin.query('select distinct applied_by from schema_migrations')).toEqual([{ applied_by: 'postgres' }])
    await db.close()
    await admin.exec(`drop owned by files_${name}; drop role files_${name}`)
  })

  test('failure: through a pooler -> the same place', async () => {
    const { name } = await freshServer()
    const db = await openDb(await targetOf(pooler.url(name)))
    const { report } = await migrate(db, { migrations: [scratch({ '1.sql': 'select 1;\nselect nope' })] })
    expect(report.diagnostics).toMatchObject([{ line: 2, column: 8 }])
    await db.close()
  })
})
