import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { demoData, forgetUser, migrate, pruneEvents, rollUp, stats } from '../../src/index.ts'
import { LATENCY_BOUNDS, PERCENTILE_ERROR_PCT, latencyOf } from '../../src/stats/percentiles.ts'
import { step } from '../../src/stats/rollup.ts'
import { freshServer, onEachBackend } from '../support/databases.ts'
import { seededRandom } from '../support/random-log.ts'

const USER = '00000000-0000-4000-8000-000000000001'
const LOG = `insert into skill_usage_events (user_id, session_id, skill_id, version, outcome, created_at)
  select gen_random_uuid(), 's', 'a', '1', 'success', now() - interval '1 day' from generate_series(1, `

/** What the rollups hold of everything, and what the events say: the same when every row was taken exactly once. */
async function counts(db: Db): Promise<{ rolled: number; events: number }> {
  const [row] = await db.query<{ rolled: number; events: number }>(
    'select (select coalesce(sum(n), 0)::int from skill_rollup_days) as rolled, (select count(*)::int from skill_usage_events) as events',
  )
  return { rolled: row?.rolled ?? -1, events: row?.events ?? -1 }
}

/** All that stats tells, as one text. */
async function told(db: Db, exact: boolean): Promise<string> {
  const views = [
    {},
    { cooccurrence: true },
    { funnel: true },
    { by: 'tier' },
    { by: 'element' },
    { by: 'day' },
    { by: 'hour' },
    { by: 'version' },
  ] as const
  const reports = []
  for (const view of views) {
    const { skills, ...report } = await stats(db, { ...view, limit: 5000, exact })
    reports.push({
      ...report,
      source: null,
      skills: skills.map((skill) => ({ ...skill, latency: [skill.latency?.min, skill.latency?.max] })),
    })
  }
  return JSON.stringify(reports, null, 1)
}

async function ready(database: { open: () => Promise<Db> }): Promise<Db> {
  const db = await database.open()
  expect((await migrate(db)).error).toBeUndefined()
  return db
}

/** Transactions of several statements; one in five is rolled back. */
async function write(writer: Db, seed: number): Promise<void> {
  const random = seededRandom(seed)
  for (let i = 0; i < 40; i++) {
    await writer.exec('begin')
    for (let part = 0; part < 1 + random() * 3; part++) {
      await writer.exec(`insert into skill_usage_events (user_id, session_id, skill_id, version, outcome, latency_ms, state_snapshot, created_at)
        select ('00000000-0000-4000-8000-' || lpad((random() * 20)::int::text, 12, '0'))::uuid, 's' || (random() * 30)::int, 'skill-' || (random() * 8)::int,
          '1', case when random() < 0.8 then 'success' else 'soft_fail' end, (random() * 1000)::int, '{"element": "fire"}',
          now() - random() * interval '3 days' from generate_series(1, ${1 + Math.floor(random() * 40)})`)
      await new Promise((resolve) => setTimeout(resolve, random() * 20))
    }
    await writer.exec(random() < 0.2 ? 'rollback' : 'commit')
  }
}

onEachBackend((backend) => {
  test('a forgotten user leaves no row and no number behind', { timeout: 120_000 }, async () => {
    const db = await ready(await backend.fresh())
    await demoData(db, { events: 3000, skills: 12 })
    // part of it rolled up, part of it not
    await step(db, 'events', 1900)
    await step(db, 'feedback', 100)
    const expected = await db.query('select count(*)::int as n from skill_usage_events where user_id = $1::uuid', [USER])
    expect((await forgetUser(db, USER, { dryRun: true })).tables[0]).toEqual({ table: 'skill_usage_events', rows: expected[0]?.['n'] })
    const { tables } = await forgetUser(db, USER)
    expect(tables[0]).toEqual({ table: 'skill_usage_events', rows: expected[0]?.['n'] })
    expect((await forgetUser(db, USER)).tables.every(({ rows }) => rows === 0)).toBe(true)
    const columns = await db.query<{ tbl: string }>(
      "select table_name as tbl from information_schema.columns where column_name = 'user_id' and table_schema = current_schema() and table_name not like 'v\\_%'",
    )
    for (const { tbl } of columns) expect(await db.query(`select from ${tbl} where user_id = $1::uuid`, [USER]), tbl).toEqual([])
    expect(await told(db, false)).toBe(await told(db, true))
    await rollUp(db)
    expect(await told(db, false)).toBe(await told(db, true))
  })

  test('pruned events still count, and a rebuild that would lose them is refused', { timeout: 120_000 }, async () => {
    const db = await ready(await backend.fresh())
    await demoData(db, { events: 3000, skills: 12 })
    await rollUp(db, { batch: 700 })
    const before = await told(db, false)
    const dry = await pruneEvents(db, { olderThanMs: 60 * 86_400_000, dryRun: true })
    const pruned = await pruneEvents(db, { olderThanMs: 60 * 86_400_000, batch: 300 })
    expect(pruned).toEqual({ ...dry, dryRun: false })
    expect(pruned.events).toBeGreaterThan(1000)
    expect(await told(db, false)).toBe(before)
    expect((await counts(db)).events).toBe(3000 - pruned.events)
    const window = await stats(db, { sinceMs: 90 * 86_400_000 })
    expect(window).toMatchObject({ totals: { users: null, sessions: null }, source: { note: expect.stringContaining('pruned') } })
    expect((await stats(db, { sinceMs: 30 * 86_400_000 })).totals.users).toBeGreaterThan(0)
    await expect(rollUp(db, { rebuild: true })).rejects.toMatchObject({ code: 'ROLLUP_KEPT' })
    await rollUp(db, { rebuild: true, loseHistory: true })
    expect((await counts(db)).rolled).toBe(3000 - pruned.events)
  })

  test('rollups of another server are not believed, and are built anew', async () => {
    const db = await ready(await backend.fresh())
    await db.exec(`${LOG}50) as i`)
    await rollUp(db)
    await db.exec('update skill_rollup_state set system_identifier = 1; update skill_rollup_days set n = 7')
    expect(await stats(db)).toMatchObject({
      totals: { events: 50 },
      source: { kind: 'raw', note: expect.stringContaining('another server') },
    })
    // transactions that are yet to come here
    await db.exec('update skill_usage_events set txid = 4000000000 + id where id > 30')
    expect(await rollUp(db)).toMatchObject({ rebuilt: true, events: 50, finished: true })
    expect(await stats(db)).toMatchObject({ totals: { events: 50 }, source: { kind: 'rollup', tail: 0 } })
  })

  test('a step takes no more than it was told, and a run no longer', async () => {
    const db = await ready(await backend.fresh())
    await db.exec(`${LOG}100) as i`)
    expect(await step(db, 'events', 30)).toMatchObject({ rows: 30, more: true })
    expect(await counts(db)).toEqual({ rolled: 30, events: 100 })
    expect((await stats(db)).totals.events).toBe(100)
    expect(await rollUp(db, { batch: 10, maxMs: 0 })).toMatchObject({ steps: 0, finished: false })
    expect(await rollUp(db, { batch: 10 })).toMatchObject({ events: 70, finished: true })
    expect(await counts(db)).toEqual({ rolled: 100, events: 100 })
  })
})

test('a transaction that commits late is taken once, also while a larger one is taken in parts', async () => {
  const database = await freshServer()
  const db = await ready(database)
  const late = await database.open()
  await late.exec(`begin; ${LOG}5) as i`)
  await db.exec(`${LOG}100) as i`)
  expect(await step(db, 'events', 30)).toMatchObject({ rows: 30, more: true })
  await late.exec('commit')
  // the late rows first, then the rest of the parts, none of them again
  for (const rows of [3, 30, 30, 30, 30]) await step(db, 'events', rows)
  expect(await counts(db)).toEqual({ rolled: 105, events: 105 })
  expect(await rollUp(db)).toMatchObject({ events: 0 })
})

test('bulk loads that follow one another are taken in parts, each of them, with what came between', async () => {
  const database = await freshServer()
  const db = await ready(database)
  const late = await database.open()
  await db.exec(`${LOG}100) as i`)
  await db.exec(`${LOG}3) as i`)
  await late.exec(`begin; ${LOG}4) as i`)
  await db.exec(`${LOG}70) as i`)
  const taken = []
  for (let round = 0; round < 9; round++) {
    taken.push((await step(db, 'events', 30)).rows)
    // a part is known to readers too
    expect((await stats(db)).totals.events).toBe(round < 6 ? 173 : 177)
    if (round === 5) await late.exec('commit')
  }
  expect(taken).toEqual([30, 30, 30, 10, 3, 30, 4, 30, 10])
  expect(await counts(db)).toEqual({ rolled: 177, events: 177 })
  expect(await step(db, 'events', 30)).toMatchObject({ rows: 0, more: false })
})

test(
  'writers that commit out of order and roll back, several runs at once: in the end not one row differs',
  { timeout: 240_000 },
  async () => {
    const database = await freshServer()
    const db = await ready(database)
    const writers = await Promise.all(Array.from({ length: 6 }, () => database.open()))
    const runners = await Promise.all(Array.from({ length: 2 }, () => database.open()))
    const log = { growing: true }
    const run = async (runner: Db, seed: number): Promise<void> => {
      const random = seededRandom(seed)
      while (log.growing) {
        await step(runner, 'events', 1 + Math.floor(random() * 300), random() < 0.5)
        await new Promise((resolve) => setTimeout(resolve, random() * 30))
      }
    }
    const running = runners.map((runner, i) => run(runner, 100 + i))
    // while all of this goes on the numbers of stats are those of one moment
    const looking = (async () => {
      while (log.growing) {
        const { totals, days } = await stats(db)
        expect(days.reduce((sum, { uses }) => sum + uses, 0)).toBe(totals.events)
        expect(totals.success + totals.softFail).toBe(totals.events)
      }
    })()
    await Promise.all(writers.map((writer, i) => write(writer, i)))
    log.growing = false
    await Promise.all([...running, looking])
    await rollUp(db)
    const { rolled, events } = await counts(db)
    expect(events).toBeGreaterThan(3000)
    expect(rolled).toBe(events)
    expect(await told(db, false)).toBe(await told(db, true))
  },
)

test('a reader without rights on the rollups gets the same numbers, slowly; one who may only read them adds the tail', async () => {
  const database = await freshServer()
  const db = await ready(database)
  const role = `reader_${process.pid}`
  await db.exec(`${LOG}12000) as i`)
  await db.exec(`create role ${role}; grant usage on schema public to ${role};
    grant select on skills_registry, skill_unlocks, skill_usage_events, skill_feedback to ${role}; set role ${role}`)
  expect(await stats(db)).toMatchObject({
    totals: { events: 12_000 },
    source: { kind: 'raw', note: expect.stringContaining('may not read') },
  })
  await db.exec(`reset role; grant select on all tables in schema public to ${role}; set role ${role}`)
  expect(await stats(db)).toMatchObject({
    totals: { events: 12_000 },
    source: { kind: 'rollup', advanced: 0, tail: 12_000, note: expect.stringContaining('may not advance') },
  })
  await db.exec('reset role')
  expect(await stats(db)).toMatchObject({ totals: { events: 12_000 }, source: { kind: 'rollup', advanced: 12_000, tail: 0, note: null } })
  await db.exec(`drop owned by ${role}; drop role ${role}`)
})

test('percentiles from buckets keep within the bound that is shown', () => {
  const random = seededRandom(5)
  for (let round = 0; round < 300; round++) {
    const spread = 1 + random() * 6
    const values = Array.from({ length: 1 + Math.floor(random() * 400) }, () =>
      Math.floor(4 * Math.exp(random() ** 2 * spread * 2)),
    ).toSorted((a, b) => a - b)
    const buckets = Array.from({ length: 40 }, () => 0)
    for (const value of values) buckets[LATENCY_BOUNDS.filter((bound) => bound <= value).length]! += 1
    const latency = latencyOf(buckets, values[0] ?? null, values.at(-1) ?? null)
    for (const [name, share] of [
      ['p50', 0.5],
      ['p90', 0.9],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      const real = values[Math.floor(share * (values.length - 1))] ?? 0
      expect(Math.abs((latency?.[name] ?? 0) - real) / real, `${name} of ${values.length}`).toBeLessThanOrEqual(PERCENTILE_ERROR_PCT / 100)
    }
  }
})

test('the buckets of the database are those of the code', async () => {
  const db = await ready(await freshServer())
  expect(await db.query('select to_jsonb(skill_latency_bounds()) as bounds')).toEqual([{ bounds: LATENCY_BOUNDS }])
})
