import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { forgetUser, logEvents, pruneEvents, rollUp, verify } from '../../src/index.ts'
import { newBatch, writeBatch } from '../../src/telemetry/batch.ts'
import { ownerLine, reachedBy } from '../../src/telemetry/spill-owner.ts'
import { encodeEvent } from '../../src/telemetry/usage-event.ts'
import { migratedServer, onEachBackend } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'
import { event, logged, migrated, OTHER, skillsOn, USER } from '../support/telemetry.ts'
import { until } from '../support/waiting.ts'

const DAY_MS = 86_400_000

/** A line of a spill file. */
const line = (userId: string, inputHash: string, artifacts = {}): string => {
  const one = encodeEvent(event({ userId, inputHash, artifacts }))
  return `{"user_id":"${one.userId}","event":${one.json}}\n`
}

/** The tables in which the user is named, in any column. */
async function tablesWith(db: Db, text: string): Promise<string[]> {
  const tables = await db.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1",
  )
  const found: string[] = []
  for (const { name } of tables) {
    const rows = await db.query(`select 1 from "${name}" t where strpos(t::text, $1) > 0 limit 1`, [text])
    if (rows.length > 0) found.push(name)
  }
  return found
}

onEachBackend((backend) => {
  test('forgetUser: events of the user arrive later, for the first time or again -> none is stored; later events are', async () => {
    const { db } = await migrated(backend)
    const old = [event(), event({ userId: OTHER })].map((one) => encodeEvent(one))
    const late = [event(), event({ userId: OTHER, inputHash: 'of the other' })].map((one) => encodeEvent(one))
    await writeBatch(db, newBatch(old))
    await forgetUser(db, USER)
    expect(await writeBatch(db, newBatch(late))).toBe(1)
    expect(await writeBatch(db, { ...newBatch(old), mayRepeat: true })).toBe(0)
    expect(await tablesWith(db, USER)).toEqual([])
    const after = [event({ inputHash: 'after' })].map((one) => encodeEvent(one))
    expect(await writeBatch(db, newBatch(after))).toBe(1)
    expect(await writeBatch(db, { ...newBatch(after), mayRepeat: true })).toBe(0)
    expect(await logged(db)).toContain('after')
    // forgotten again: the time moves
    await forgetUser(db, USER)
    expect(await writeBatch(db, newBatch(after))).toBe(0)
    expect(await tablesWith(db, USER)).toEqual([])
  })

  test('forgetUser: an import of earlier lines -> the lines of the user are not stored, with and without a time', async () => {
    const { db } = await migrated(backend)
    await forgetUser(db, USER)
    const lines = [USER, OTHER].flatMap((user_id) => [
      { user_id, skill_id: 'one', version: '1', outcome: 'success', created_at: '2026-01-01T00:00:00Z' },
      { user_id, skill_id: 'one', version: '1', outcome: 'success', id: 'without a time' },
    ])
    const input = (async function* () {
      yield lines.map((one) => JSON.stringify(one)).join('\n')
    })()
    expect(await logEvents(db, { input })).toMatchObject({ written: 2, rejected: 0 })
    expect(await tablesWith(db, USER)).toEqual([])
  })

  test('forgetUser: a user without rows -> earlier events that arrive later are not stored either', async () => {
    const { db } = await migrated(backend)
    const early = encodeEvent(event())
    expect((await forgetUser(db, USER)).tables.every(({ rows }) => rows === 0)).toBe(true)
    expect(await writeBatch(db, newBatch([early]))).toBe(0)
  })

  test('forgetUser: --dry-run -> nothing is remembered, and earlier events are stored', async () => {
    const { db } = await migrated(backend)
    const early = encodeEvent(event())
    await forgetUser(db, USER, { dryRun: true })
    expect(await writeBatch(db, newBatch([early]))).toBe(1)
  })

  test('prune-events: all events of a user are pruned -> the ID is in no table, all counts stay, verify passes', async () => {
    const { db } = await migrated(backend)
    const at = (daysAgo: number, minute: number): Date => new Date(Date.now() - daysAgo * DAY_MS + minute * 60_000)
    const of = (userId: string, daysAgo: number, session: string): object[] =>
      ['walk', 'swim', 'run'].map((skillId, i) =>
        event({ userId, skillId, sessionId: session, at: at(daysAgo, i), stateSnapshot: { tier: i < 2 ? 'CORE' : 'DEEP' } }),
      )
    const third = randomUUID()
    const events = [
      ...of(USER, 40, 'ann-1'),
      ...of(USER, 39, 'ann-2'),
      ...of(OTHER, 40, 'bob-1'),
      ...of(OTHER, 2, 'bob-2'),
      ...of(third, 41, 'eve-1'),
    ]
    await writeBatch(db, newBatch(events.map((one) => encodeEvent(one as ReturnType<typeof event>))))
    await rollUp(db)
    const before = await db.query('select * from skill_rollup_skills order by 1')
    const sets = await db.query('select set_key, sessions, users, events from skill_rollup_sets order by 1')
    expect(await pruneEvents(db, { olderThanMs: 30 * DAY_MS, dryRun: true })).toMatchObject({ events: 12, users: 2 })
    expect(await pruneEvents(db, { olderThanMs: 30 * DAY_MS })).toMatchObject({ events: 12, users: 2 })
    for (const text of [USER, third, 'ann-1', 'ann-2', 'eve-1']) expect(await tablesWith(db, text), text).toEqual([])
    expect(await tablesWith(db, OTHER)).toContain('skill_rollup_sessions')
    expect(await db.query('select * from skill_rollup_skills order by 1')).toEqual(before)
    expect(await db.query('select set_key, sessions, users, events from skill_rollup_sets order by 1')).toEqual(sets)
    expect(await db.query("select users::int, sessions::int from skill_rollup_state where source = 'events'")).toEqual([
      { users: 3, sessions: 5 },
    ])
    expect(await db.query('select count(distinct user_id)::int as n from skill_rollup_users')).toEqual([{ n: 3 }])
    expect(await db.query('select count(*)::int as n from (select distinct user_id, session_id from skill_rollup_sessions) s')).toEqual([
      { n: 5 },
    ])
    // a second run finds nothing to do, and the random IDs stay
    expect(await pruneEvents(db, { olderThanMs: 30 * DAY_MS })).toMatchObject({ events: 0, users: 0 })
    const { checks } = await verify(db, { drift: 'no', recount: true })
    expect(checks.filter(({ id, status }) => id.startsWith('rollups.') && status === 'failed')).toEqual([])
    // recounting the sets, as a late row does, changes nothing
    await db.query('select skill_rollup_recount_sets(array(select set_key from skill_rollup_sets))')
    expect(await db.query('select set_key, sessions, users, events from skill_rollup_sets order by 1')).toEqual(sets)
  })
})

test('forgetUser: a transaction that writes events is open -> it waits for it, and deletes its events', async () => {
  const fresh = await migratedServer()
  const [db, writer] = [await fresh.open(), await fresh.open()]
  await writer.exec('begin')
  await writer.query('select log_skill_usage_batch($1::uuid, $2::jsonb)', [
    USER,
    [{ skill_id: 'one', version: '1', outcome: 'success', created_at: new Date().toISOString(), event_key: randomUUID() }],
  ])
  let isOver = false
  const forgotten = forgetUser(db, USER).then((report) => {
    isOver = true
    return report
  })
  await until('the user is remembered', async () => (await writer.query('select 1 from skill_forgotten_users')).length === 1)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(isOver).toBe(false)
  await writer.exec('commit')
  expect((await forgotten).tables[0]).toEqual({ table: 'skill_usage_events', rows: 1 })
  expect(await tablesWith(db, USER)).toEqual([])
})

test('forget-user --spill: files, .bad files and drafts -> no line of the user is left, other lines are; a replay stores nothing of the user', async () => {
  const fresh = await migratedServer()
  const db = await fresh.open()
  const dir = path.join(scratch(), 'spill')
  mkdirSync(dir)
  const reached = await reachedBy(db, '')
  const owner = ownerLine({ place: 'x', inputs: '', ...(reached === undefined ? {} : { reached }) })
  const kept = line(OTHER, 'kept', { friend: USER })
  const both = `1764000000000-${randomUUID()}.ndjson`
  const alone = `1764000000001-${randomUUID()}.ndjson`
  const files: Record<string, string> = {
    [both]: `${owner}${line(USER, 'a')}${kept}${line(USER, 'b')}`,
    [alone]: `${owner}${line(USER, 'c')}`,
    [`1764000000002-${randomUUID()}.ndjson.bad`]: `{"user_id":"${USER.toUpperCase()}","eve\nnot of anybody\n`,
    '.skills-0123456789abcdef.tmp': `${owner}${line(USER, 'd')}${line(OTHER, 'e').slice(0, 60)}`,
    'notes.txt': USER,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(dir, name), text)
  const away = await runSkills(['forget-user', USER, '--spill', dir, '--dry-run', '--json', ...fresh.flags])
  expect(JSON.parse(away.stdout)).toMatchObject({ report: { dryRun: true, spill: [{ folder: dir, files: 4, lines: 5 }] } })
  for (const [name, text] of Object.entries(files)) expect(readFileSync(path.join(dir, name), 'utf8')).toBe(text)
  const done = await runSkills(['forget-user', USER, '--spill', dir, '--yes', '--json', ...fresh.flags])
  expect(JSON.parse(done.stdout)).toMatchObject({ report: { dryRun: false, spill: [{ folder: dir, files: 4, lines: 5 }] } })
  expect(readFileSync(path.join(dir, both), 'utf8')).toBe(`${owner}${kept}`)
  expect(existsSync(path.join(dir, alone))).toBe(false)
  for (const name of Object.keys(files).slice(2, 4)) expect(readFileSync(path.join(dir, name), 'utf8').toLowerCase()).not.toContain(USER)
  expect(readFileSync(path.join(dir, 'notes.txt'), 'utf8')).toBe(USER)
  // a copy of the file, as on another machine
  writeFileSync(path.join(dir, alone), files[alone] ?? '')
  const { skills } = skillsOn(fresh.flags[1] ?? '', { spillDir: dir })
  expect((await skills.flush()).complete).toBe(true)
  await skills.close()
  expect(await logged(db)).toEqual(['kept'])
  expect(existsSync(path.join(dir, alone))).toBe(false)
})
