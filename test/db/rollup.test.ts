import { expect, test } from 'vitest'
import { demoData, forgetUser, pruneEvents, rollUp, stats } from '../../src/index.ts'
import { LATENCY_BOUNDS } from '../../src/stats/percentiles.ts'
import { step } from '../../src/stats/rollup.ts'
import { migratedServer, onEachBackend } from '../support/databases.ts'
import { everyView, rollupCounts } from '../support/rollups.ts'

const USER = '00000000-0000-4000-8000-000000000001'
const LOG = `insert into skill_usage_events (user_id, session_id, skill_id, version, outcome, created_at)
  select gen_random_uuid(), 's', 'a', '1', 'success', now() - interval '1 day' from generate_series(1, `

onEachBackend((backend) => {
  test('forget-user: a user with events in rollups -> no row and no count of the user is left', async () => {
    const db = await (await backend.migrated()).open()
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
    expect(await everyView(db, false)).toBe(await everyView(db, true))
    await rollUp(db)
    expect(await everyView(db, false)).toBe(await everyView(db, true))
  })

  test('prune-events: pruned events -> they still count; a rebuild that would lose them is refused', async () => {
    const db = await (await backend.migrated()).open()
    await demoData(db, { events: 3000, skills: 12 })
    await rollUp(db, { batch: 700 })
    const before = await everyView(db, false)
    const dry = await pruneEvents(db, { olderThanMs: 60 * 86_400_000, dryRun: true })
    const pruned = await pruneEvents(db, { olderThanMs: 60 * 86_400_000, batch: 300 })
    expect(pruned).toEqual({ ...dry, dryRun: false })
    expect(pruned.events).toBeGreaterThan(1000)
    expect(await everyView(db, false)).toBe(before)
    expect((await rollupCounts(db)).events).toBe(3000 - pruned.events)
    const window = await stats(db, { sinceMs: 90 * 86_400_000 })
    expect(window).toMatchObject({ totals: { users: null, sessions: null }, source: { note: expect.stringContaining('pruned') } })
    expect((await stats(db, { sinceMs: 30 * 86_400_000 })).totals.users).toBeGreaterThan(0)
    await expect(rollUp(db, { rebuild: true })).rejects.toMatchObject({ code: 'ROLLUP_KEPT' })
    await rollUp(db, { rebuild: true, loseHistory: true })
    expect((await rollupCounts(db)).rolled).toBe(3000 - pruned.events)
  })

  test('rollup: rollups of another server -> not used; taken over, or rebuilt on request', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec(`${LOG}50) as i`)
    await rollUp(db)
    await db.exec('update skill_rollup_state set system_identifier = 1')
    await db.exec(`${LOG}3) as i`)
    expect(await stats(db)).toMatchObject({
      totals: { events: 53 },
      source: { kind: 'raw', note: expect.stringContaining('another server') },
    })
    expect(await rollUp(db)).toMatchObject({ adopted: true, rebuilt: false, events: 3, finished: true })
    expect(await stats(db)).toMatchObject({ totals: { events: 53 }, source: { kind: 'rollup', tail: 0 } })
    // transactions that are yet to come here, and wrong sums
    await db.exec('update skill_usage_events set txid = 4000000000 + id where id > 30; update skill_rollup_days set n = 7')
    expect(await rollUp(db, { rebuild: true })).toMatchObject({ rebuilt: true, events: 53, finished: true })
    expect(await rollupCounts(db)).toEqual({ rolled: 53, events: 53 })
  })

  test('rollup: a limit of rows or time -> a step and a run respect it', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec(`${LOG}100) as i`)
    expect(await step(db, 'events', 30)).toMatchObject({ rows: 30, more: true })
    expect(await rollupCounts(db)).toEqual({ rolled: 30, events: 100 })
    expect((await stats(db)).totals.events).toBe(100)
    expect(await rollUp(db, { batch: 10, maxMs: 0 })).toMatchObject({ steps: 0, finished: false })
    expect(await rollUp(db, { batch: 10 })).toMatchObject({ events: 70, finished: true })
    expect(await rollupCounts(db)).toEqual({ rolled: 100, events: 100 })
  })
})

test('rollup: a transaction commits late -> counted once, also between the parts of a larger one', async () => {
  const database = await migratedServer()
  const db = await database.open()
  const late = await database.open()
  await late.exec(`begin; ${LOG}5) as i`)
  await db.exec(`${LOG}100) as i`)
  expect(await step(db, 'events', 30)).toMatchObject({ rows: 30, more: true })
  await late.exec('commit')
  // the late rows first, then the rest of the parts, none of them again
  for (const rows of [3, 30, 30, 30, 30]) await step(db, 'events', rows)
  expect(await rollupCounts(db)).toEqual({ rolled: 105, events: 105 })
  expect(await rollUp(db)).toMatchObject({ events: 0 })
})

test('rollup: several bulk loads -> counted in parts, with the rows between them', async () => {
  const database = await migratedServer()
  const db = await database.open()
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
  expect(await rollupCounts(db)).toEqual({ rolled: 177, events: 177 })
  expect(await step(db, 'events', 30)).toMatchObject({ rows: 0, more: false })
})

test('stats: a role without privileges on the rollups -> the same numbers from the events; with SELECT -> rollups and the rest', async () => {
  const database = await migratedServer()
  const db = await database.open()
  const role = `sums_reader_${process.pid}`
  await db.exec(`${LOG}12000) as i`)
  await db.exec(`create role ${role}; grant usage on schema public to ${role};
    grant select on skills_registry, skill_unlocks, skill_usage_events, skill_feedback to ${role}; set role ${role}`)
  expect(await stats(db)).toMatchObject({
    totals: { events: 12_000 },
    source: { kind: 'raw', note: expect.stringContaining('cannot read') },
  })
  await db.exec(`reset role; grant select on all tables in schema public to ${role}; set role ${role}`)
  expect(await stats(db)).toMatchObject({
    totals: { events: 12_000 },
    source: { kind: 'rollup', advanced: 0, tail: 12_000, note: expect.stringContaining('cannot update') },
  })
  await db.exec('reset role')
  expect(await stats(db)).toMatchObject({ totals: { events: 12_000 }, source: { kind: 'rollup', advanced: 12_000, tail: 0, note: null } })
  await db.exec(`drop owned by ${role}; drop role ${role}`)
})

test('latency buckets: database and code -> equal', async () => {
  const db = await (await migratedServer()).open()
  expect(await db.query('select to_jsonb(skill_latency_bounds()) as bounds')).toEqual([{ bounds: LATENCY_BOUNDS }])
})
