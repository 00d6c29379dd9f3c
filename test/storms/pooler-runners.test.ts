import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDb } from '../../src/db/open.ts'
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

  test('migrate: twelve runs at once among other clients -> all exit 0, each file is applied once, no lock is left', async () => {
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
})
