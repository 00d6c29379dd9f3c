import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { demoData, doctor, forgetUser, migrate, pruneEvents, rollUp, stats, verify } from '../../src/index.ts'
import { step } from '../../src/stats/rollup.ts'
import { onEachBackend, targetOf, type TestDatabase } from '../support/databases.ts'
import { startPostgres, type TestServer } from '../support/postgres-server.ts'
import { everyView } from '../support/rollups.ts'
import { scratch } from '../support/scratch.ts'

const BIN = '/usr/lib/postgresql/15/bin'
const DAY_MS = 86_400_000

/** Events of the last days; `columns` and `values` are added to each. */
const insert = (rows: number, columns = '', values = ''): string => `
  INSERT INTO skill_usage_events (user_id, session_id, skill_id, version, outcome, latency_ms, created_at, error_type, input_tokens, cost_usd${columns})
  SELECT ('00000000-0000-4000-8000-' || lpad((i % 9)::text, 12, '0'))::uuid, 's' || i % 14, 'walk' || i % 3, '1', (ARRAY['success', 'soft_fail'])[1 + i % 2],
    i * 7, now() - make_interval(hours => i % 90), CASE WHEN i % 4 = 1 THEN 'timeout' END, i, i * 0.01${values} FROM generate_series(1, ${rows}) AS i`
const FEEDBACK = `INSERT INTO skill_feedback (user_id, skill_id, version, rating, tags, txid)
  SELECT gen_random_uuid(), 'walk1', '1', 1 + i % 5, '{calm}', CASE WHEN i % 2 = 0 THEN 4 ELSE 900000000000 END FROM generate_series(1, 30) AS i`

/** The sums of the rollups, and the same counted from the events: of days, errors, tokens, costs and latencies. */
async function expectSums(db: Db): Promise<void> {
  const [row] = await db.query<{ counted: unknown; summed: unknown }>(`
    WITH events AS (SELECT *, (created_at AT TIME ZONE 'UTC')::date AS day FROM skill_usage_events),
    counted AS (
      SELECT day, skill_id, version, count(*)::numeric AS n, count(latency_ms)::numeric AS latencies, coalesce(sum(input_tokens), 0) AS tokens, coalesce(sum(cost_usd), 0) AS cost,
        count(*) FILTER (WHERE outcome <> 'success' AND error_type IS NOT NULL)::numeric AS errors
      FROM events GROUP BY 1, 2, 3
    ), summed AS (
      SELECT day, skill_id, version, n::numeric, (SELECT coalesce(sum(b.n), 0) FROM skill_latency_buckets(d.latencies) AS b), input_tokens, cost_usd,
        coalesce((SELECT sum(e.n) FROM skill_rollup_errors e WHERE e.day = d.day AND e.skill_id = d.skill_id AND e.version = d.version), 0)
      FROM skill_rollup_days d
    )
    SELECT (SELECT count(*) FROM (TABLE counted EXCEPT TABLE summed) AS x)::int AS counted, (SELECT count(*) FROM (TABLE summed EXCEPT TABLE counted) AS x)::int AS summed`)
  expect(row).toEqual({ counted: 0, summed: 0 })
  expect(await everyView(db, false)).toBe(await everyView(db, true))
}

const open = async (server: TestServer, name: string): Promise<Db> => openDb(await targetOf(server.url(name)))
const create = async (server: TestServer, name: string): Promise<Db> => {
  const admin = await open(server, 'postgres')
  await admin.exec(`CREATE DATABASE ${name}`)
  await admin.close()
  return open(server, name)
}

onEachBackend((backend) => {
  let database: TestDatabase
  const migrated = async (): Promise<Db> => {
    database = await backend.migrated()
    return database.open()
  }
  const doctorSays = async (): Promise<string | undefined> => {
    const [flag, value = ''] = database.flags
    const report = await doctor({ env: {}, cwd: scratch(), ...(flag === '--embedded' ? { embedded: value } : { databaseUrl: value }) })
    return report.findings.find(({ id }) => id.startsWith('rollups.') && id !== 'rollups.set-aside')?.text
  }

  test('rollup: rows with transaction IDs of another server, past and yet to come -> found and named; counted once', async () => {
    const db = await migrated()
    await db.exec(insert(60))
    await rollUp(db)
    await db.exec(`${insert(40, ', txid', ', 5')}; ${insert(30, ', txid', ', 900000000000 + i')}; ${FEEDBACK}`)
    // an UPDATE by hand and a savepoint also write a row in another transaction than its own: they must not count twice
    await db.exec(
      `UPDATE skill_usage_events SET artifacts = '{"a": 1}' WHERE id % 5 = 0; BEGIN; SAVEPOINT a; ${insert(12)}; RELEASE a; COMMIT`,
    )
    const found = (await verify(db, { cwd: scratch() })).checks.find(({ id }) => id === 'rollups.foreign-rows')
    expect(found?.faults.map(({ object, actual }) => `${object}: ${actual}`)).toEqual([
      'table skill_feedback: 30 rows that no step takes',
      'table skill_usage_events: 70 rows that no step takes',
    ])
    if (backend.name === 'server') expect(await doctorSays()).toContain('100 rows with the transaction ID of another server')
    expect(await rollUp(db)).toMatchObject({ foreignRows: 100, adopted: false, events: 82, feedback: 30 })
    await expectSums(db)
    expect(await rollUp(db)).toMatchObject({ foreignRows: 0, events: 0, feedback: 0 })
    expect(
      (await verify(db, { cwd: scratch(), recount: true })).checks.filter(
        ({ id, status }) => id.startsWith('rollups.') && status !== 'passed',
      ),
    ).toEqual([])
  })

  test('rollup: a load of data only into an empty database that was rolled up -> all of it is counted', async () => {
    const db = await migrated()
    await rollUp(db)
    await db.exec(insert(638, ', txid', ', 3 + i % 4'))
    expect(await rollUp(db)).toMatchObject({ foreignRows: 638, events: 638 })
    await expectSums(db)
  })

  test.each(['events', 'feedback'])('rollup: no state of %s -> created again; nothing is lost or counted twice', async (source) => {
    const db = await migrated()
    await demoData(db, { events: 800, skills: 5 })
    await step(db, 'events', 500)
    await step(db, 'feedback', 20)
    await db.exec(`DELETE FROM skill_rollup_state WHERE source = '${source}'`)
    expect(await stats(db)).toMatchObject({
      totals: { events: 800 },
      source: { kind: 'raw', note: expect.stringContaining('run skills rollup') },
    })
    if (backend.name === 'server') expect(await doctorSays()).toContain('or their state is missing')
    expect(await rollUp(db)).toMatchObject({ adopted: true })
    await expectSums(db)
  })

  test('rollup: no state of events, and pruned days -> their sums stay', async () => {
    const db = await migrated()
    await demoData(db, { events: 2000, skills: 5 })
    await rollUp(db)
    const before = await everyView(db, false)
    const { before: time } = await pruneEvents(db, { olderThanMs: 60 * DAY_MS })
    await db.exec("DELETE FROM skill_rollup_state WHERE source = 'events'")
    expect(await rollUp(db)).toMatchObject({ adopted: true, events: 0 })
    expect(await everyView(db, false)).toBe(before)
    expect(await db.query("SELECT pruned_before FROM skill_rollup_state WHERE source = 'events'")).toEqual([
      { pruned_before: new Date(time) },
    ])
  })

  test('prune-events, forget-user: rollups of another server -> they take them over first', async () => {
    const db = await migrated()
    await demoData(db, { events: 900, skills: 5 })
    await rollUp(db)
    await db.exec('UPDATE skill_rollup_state SET system_identifier = 1')
    expect((await forgetUser(db, '00000000-0000-4000-8000-000000000001')).tables[0]?.rows).toBeGreaterThan(0)
    await db.exec('UPDATE skill_rollup_state SET system_identifier = 1')
    const pruned = await pruneEvents(db, { olderThanMs: 60 * DAY_MS })
    expect(pruned.events).toBeGreaterThan(0)
    await db.exec('UPDATE skill_rollup_state SET system_identifier = 1')
    expect(await rollUp(db)).toMatchObject({ adopted: true, rebuilt: false, events: 0 })
  })
})

describe('restore on another server', () => {
  let older: TestServer
  let newer: TestServer
  beforeAll(async () => {
    ;[older, newer] = await Promise.all([startPostgres({ tcp: true, bin: BIN }), startPostgres({ tcp: true, bin: BIN })])
    const db = await openDb(await targetOf(older.url('postgres')))
    // transactions that the other server does not have
    for (let i = 0; i < 3000; i++) await db.exec('SELECT txid_current()')
    await db.close()
  })
  afterAll(async () => {
    await Promise.all([older.stop(), newer.stop()])
  })

  const CASES = [
    { title: 'lower transaction IDs', down: true, pruned: false },
    { title: 'lower transaction IDs, pruned days', down: true, pruned: true },
    { title: 'higher transaction IDs, pruned days', down: false, pruned: true },
  ]
  test.each(CASES)(
    'rollup: $title, a tail, a part of a transaction, writers -> every event is counted once, pruned days stay',
    async ({ down, pruned }) => {
      const [from, to] = down ? [older, newer] : [newer, older]
      const name = `restored_${down ? 'down' : 'up'}_${pruned ? 'pruned' : 'whole'}`
      const source = await create(from, name)
      await migrate(source)
      await demoData(source, { events: 1500, skills: 6 })
      await rollUp(source)
      let gone = 0
      if (pruned) ({ events: gone } = await pruneEvents(source, { olderThanMs: 60 * DAY_MS }))
      await source.exec(insert(100))
      await step(source, 'events', 30)
      await source.exec(insert(20))
      await source.close()

      const target = await create(to, name)
      const dump = execFileSync(`${BIN}/pg_dump`, [from.url(name)], { maxBuffer: 2 ** 28 })
      execFileSync(`${BIN}/psql`, ['-q', '-v', 'ON_ERROR_STOP=1', to.url(name)], { input: dump })
      // written here before the rollups are taken over, one of them in a savepoint, and meanwhile
      await target.exec(`${insert(7)}; BEGIN; SAVEPOINT a; ${insert(5)}; RELEASE a; COMMIT`)
      const late = await open(to, name)
      await late.exec(`BEGIN; ${insert(9)}`)
      const writer = await open(to, name)
      const writing = (async () => {
        for (let i = 0; i < 40; i++) await writer.exec(insert(1))
      })()
      // without the pruned days it is not all time
      expect((await stats(target)).since === null).toBe(!pruned)
      expect(await rollUp(target)).toMatchObject({ adopted: true, rebuilt: false, finished: true })
      await writing
      await late.exec('COMMIT')
      expect(await rollUp(target)).toMatchObject({ adopted: false, foreignRows: 0 })
      const [row] = await target.query<{ rolled: number; events: number }>(
        'SELECT (SELECT sum(n)::int FROM skill_rollup_days) AS rolled, (SELECT count(*)::int FROM skill_usage_events) AS events',
      )
      expect(row).toEqual({ rolled: 1500 + 120 + 12 + 9 + 40, events: 1500 - gone + 120 + 12 + 9 + 40 })
      if (!pruned) await expectSums(target)
      const { checks } = await verify(target, { cwd: scratch(), recount: true })
      expect(checks.filter(({ id, status }) => id.startsWith('rollups.') && status !== 'passed')).toEqual([])
      await Promise.all([target, late, writer].map((db) => db.close()))
    },
    120_000,
  )
})
