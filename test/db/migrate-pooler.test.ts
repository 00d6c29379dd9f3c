import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDb } from '../../src/db/open.ts'
import { migrate } from '../../src/index.ts'
import { freshServer, targetOf } from '../support/databases.ts'
import type { Pooler } from '../support/pgbouncer.ts'
import { NO_POOLER, startPooler } from '../support/pgbouncer.ts'
import { OWN_MIGRATIONS } from '../support/own-migrations.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const ADVISORY =
  "select count(*)::int as n from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"

describe.skipIf(NO_POOLER !== undefined)(`behind PgBouncer in transaction mode${NO_POOLER === undefined ? '' : ` (${NO_POOLER})`}`, () => {
  let pooler: Pooler
  beforeAll(async () => {
    pooler = await startPooler()
  })
  afterAll(async () => pooler.stop())

  test('the pooler is noticed', async () => {
    const { name } = await freshServer()
    const db = await openDb(await targetOf(pooler.url(name)))
    expect(db.info.pooled).toBe(true)
    await db.close()
  })

  test('twelve runs at once among other clients all exit 0, each file is applied once, and no lock stays behind', async () => {
    const { name, open } = await freshServer()
    const dir = scratch(
      Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${i}.sql`, `create table t${i} (id int); select pg_sleep(0.02);`])),
    )
    const until = { done: false }
    const others = Array.from({ length: 6 }, async () => {
      const other = await openDb(await targetOf(pooler.url(name)))
      while (!until.done) await other.transaction({}, async () => void (await other.query('select pg_sleep(0.005)')))
      await other.close()
    })
    const runs = await Promise.all(
      Array.from({ length: 12 }, () => runSkills(['migrate', '--json', '--dir', dir, '--database-url', pooler.url(name)])),
    )
    until.done = true
    await Promise.all(others)
    expect(runs.map(({ code }) => code)).toEqual(runs.map(() => 0))
    const applied = runs.flatMap(({ stdout }) =>
      (JSON.parse(stdout) as { report: { applied: { version: string }[] } }).report.applied.map(({ version }) => version),
    )
    expect(applied.toSorted()).toEqual([...Array.from({ length: 8 }, (_, i) => String(i)), ...OWN_MIGRATIONS].toSorted())
    const db = await open()
    expect(await db.query(ADVISORY)).toEqual([{ n: 0 }])
    // nothing that a file or a run set is left in the server connections that others share
    const pooled = await openDb(await targetOf(pooler.url(name)))
    expect(await pooled.query("select current_setting('search_path') as path, current_setting('lock_timeout') as lock")).toEqual([
      { path: '"$user", public', lock: '0' },
    ])
    await pooled.close()
  })

  test('a no-transaction file is refused before anything is written; --direct-url and DIRECT_URL run it', async () => {
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

  test('errors keep their place', async () => {
    const { name } = await freshServer()
    const db = await openDb(await targetOf(pooler.url(name)))
    const { report } = await migrate(db, { migrations: [scratch({ '1.sql': 'select 1;\nselect nope' })] })
    expect(report.diagnostics).toMatchObject([{ line: 2, column: 8 }])
    await db.close()
  })
})
