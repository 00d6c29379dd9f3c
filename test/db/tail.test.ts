import { spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Db, Parameter } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import type { TailEvent } from '../../src/index.ts'
import { eventTail, migrate } from '../../src/index.ts'
import { createEventTail } from '../../src/stats/tail.ts'
import { migratedServer, onEachBackend, targetOf } from '../support/databases.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { seededRandom } from '../support/random-log.ts'
import { scratch } from '../support/scratch.ts'

const REPORTS = path.resolve(import.meta.dirname, '../../sql/reports')
const USER = '00000000-0000-4000-8000-000000000001'
const OTHER = '00000000-0000-4000-8000-000000000002'

async function log(db: Db, skill: string, rows = 1, user = USER): Promise<void> {
  await db.query(
    `insert into skill_usage_events (user_id, session_id, skill_id, version, outcome, state_snapshot, created_at)
     select $1::uuid, 's', $2, '1.0.0', 'success', '{"tier": "DEEP"}', clock_timestamp() from generate_series(1, $3::int)`,
    [user, skill, rows],
  )
}

/** Reads once, and returns the events and the result. */
async function readTail(
  tail: ReturnType<typeof eventTail>,
  db: Db,
  most?: number,
): Promise<{ events: TailEvent[]; sums: unknown; hasGap: boolean }> {
  const events: TailEvent[] = []
  const result = await tail.read(db, (more) => events.push(...more), most)
  return { events, ...result }
}

const skillsOf = ({ events }: { events: readonly TailEvent[] }): string[] => events.map(({ skillId }) => skillId)

onEachBackend((backend) => {
  test('tail: filters and many events -> the latest, then new events; many as sums', async () => {
    const db = await (await backend.fresh()).open()
    await expect(readTail(eventTail(), db)).rejects.toMatchObject({ code: 'NOT_MIGRATED' })
    expect((await migrate(db)).error).toBeUndefined()
    for (const skill of ['one', 'two', 'three']) await log(db, skill)
    const all = eventTail({ limit: 2 })
    const none = eventTail({ limit: 0 })
    const ofTwo = eventTail({ skill: 'two' })
    const ofOther = eventTail({ user: OTHER.toUpperCase() })
    const first = await readTail(all, db)
    expect(skillsOf(first)).toEqual(['two', 'three'])
    expect(first.events[1]).toEqual({
      id: '3',
      userId: USER,
      sessionId: 's',
      skillId: 'three',
      version: '1.0.0',
      tier: 'DEEP',
      outcome: 'success',
      latencyMs: null,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    })
    expect(skillsOf(await readTail(none, db))).toEqual([])
    expect(skillsOf(await readTail(ofTwo, db))).toEqual(['two'])
    expect(skillsOf(await readTail(ofOther, db))).toEqual([])
    expect(skillsOf(await readTail(all, db))).toEqual([])

    await log(db, 'two')
    await log(db, 'four', 1, OTHER)
    expect(skillsOf(await readTail(all, db))).toEqual(['two', 'four'])
    expect(skillsOf(await readTail(none, db))).toEqual(['two', 'four'])
    expect(skillsOf(await readTail(ofTwo, db))).toEqual(['two'])
    expect(skillsOf(await readTail(ofOther, db))).toEqual(['four'])

    await log(db, 'five', 6000)
    await log(db, 'six', 2, OTHER)
    expect(await readTail(all, db, 20)).toEqual({
      events: [],
      hasGap: false,
      sums: {
        events: 6002,
        skills: 2,
        users: 2,
        success: 6002,
        avgLatencyMs: null,
        top: [
          ['five', 6000],
          ['six', 2],
        ],
      },
    })
    expect((await readTail(none, db)).events).toHaveLength(6002)
    expect(skillsOf(await readTail(all, db, 20))).toEqual([])
  })
})

/** The same session, whose looks fail: with their query of that number, or at COMMIT when they have fewer. */
function failing(db: Db, number: number): Db {
  let queries = 0
  return {
    ...db,
    run: (sql: string, parameters?: readonly Parameter[]) =>
      ++queries === number ? Promise.reject(new Error('the query fails')) : db.run(sql, parameters),
    transaction: async (options, work) => {
      await db.transaction(options, work)
      throw new Error('the commit fails')
    },
  }
}

test('tail: a look fails at any point -> each event once, alone or in sums', async () => {
  const database = await migratedServer()
  const db = await database.open()
  const late = await database.open()
  const random = seededRandom(11)
  let [inSums, cut, isOpen] = [0, 0, false]
  for (let tails = 0; tails < 12; tails++) {
    await db.exec('truncate skill_usage_events restart identity')
    await log(db, 'before', 30)
    const tail = createEventTail({ reports: REPORTS, limit: 100_000 }, 25)
    const ids: string[] = []
    const uses: Record<string, number> = {}
    for (let i = 0, last = false; !last; i++) {
      last = i === 25
      // sums name five skills
      if (random() < 0.6) await log(db, `skill-${i % 4}`, 1 + Math.floor(random() * 60))
      if (isOpen ? last || random() < 0.5 : !last) {
        if (!isOpen) await late.exec('begin')
        await log(late, 'late', 3)
        if (isOpen) await late.exec('commit')
        isOpen = !isOpen
      }
      const [how, number] = [last ? 1 : random(), 1 + Math.floor(random() * 12)]
      let calls = 0
      const take = (events: TailEvent[]): void => {
        for (const { id, skillId } of events) {
          ids.push(id)
          uses[skillId] = (uses[skillId] ?? 0) + 1
        }
        if (how < 0.3 && ++calls === Math.ceil(number / 3)) throw new Error('the reader fails')
      }
      const before = ids.length
      try {
        const { sums } = await tail.read(how >= 0.3 && how < 0.6 ? failing(db, number) : db, take, random() < 0.5 ? 20 : Infinity)
        for (const [skill, n] of sums?.top ?? []) uses[skill] = (uses[skill] ?? 0) + n
        inSums += sums?.events ?? 0
      } catch (error) {
        expect(String(error)).toMatch(/the (?:reader|query|commit) fails/)
        if (ids.length > before) cut++
      }
    }
    const rows = await db.query<{ skill: string; n: number }>(
      'select skill_id as skill, count(*)::int as n from skill_usage_events group by 1',
    )
    expect(uses).toEqual(Object.fromEntries(rows.map(({ skill, n }) => [skill, n])))
    expect(new Set(ids).size).toBe(ids.length)
  }
  expect(inSums).toBeGreaterThan(100)
  expect(cut).toBeGreaterThan(20)
})

test('tail: a large look fails -> the next one fetches only the rest, in portions', async () => {
  const database = await migratedServer()
  const db = await database.open()
  let [sent, most] = [0, 0]
  const counting: Db = {
    ...db,
    run: async (sql: string, parameters?: readonly Parameter[]) => {
      const rows = await db.run(sql, parameters)
      if (sql.startsWith('FETCH')) [sent, most] = [sent + rows.length, Math.max(most, rows.length)]
      return rows as never
    },
  }
  await log(db, 'latest', 3_000)
  const tail = createEventTail({ reports: REPORTS, limit: 2_500 }, 100)
  for (const rows of [2_500, 20_000]) {
    sent = 0
    let printed = 0
    const failAt = (n: number) => (events: TailEvent[]) => {
      printed += events.length
      if (printed === n) throw new Error('the reader fails')
    }
    await expect(tail.read(counting, failAt(1_000))).rejects.toThrow('the reader fails')
    await expect(tail.read(counting, failAt(1_600))).rejects.toThrow('the reader fails')
    await tail.read(counting, failAt(-1))
    expect({ printed, sent, most }).toEqual({ printed: rows, sent: rows, most: 100 })
    await log(db, 'bulk', 20_000)
  }
})

test('tail: rows are deleted after a failed look -> every other event is printed once', async () => {
  const database = await migratedServer()
  const db = await database.open()
  for (const [limit, before] of [
    [10, 0],
    [0, 10],
  ] as const) {
    await db.exec('truncate skill_usage_events')
    await log(db, 'old', before)
    const tail = createEventTail({ reports: REPORTS, limit }, 4)
    if (limit === 0) await readTail(tail, db)
    // of one moment, so that their order is that of their ids
    await db.exec(`insert into skill_usage_events (user_id, skill_id, version, outcome)
      select '${USER}', 'n-' || n, '1.0.0', 'success' from generate_series(1, 10) as n`)
    const printed: string[] = []
    const failsOnce = (events: TailEvent[]): void => {
      printed.push(...events.map(({ skillId }) => skillId))
      throw new Error('the reader fails')
    }
    await expect(tail.read(db, failsOnce)).rejects.toThrow('the reader fails')
    await db.exec(`delete from skill_usage_events where skill_id in ('n-1', 'n-3', 'n-4', 'n-8')`)
    printed.push(...skillsOf(await readTail(tail, db)))
    expect(printed).toEqual(['n-1', 'n-2', 'n-3', 'n-4', 'n-5', 'n-6', 'n-7', 'n-9', 'n-10'])
  }
})

test('tail: transaction IDs of the future -> skipped; another history -> a gap, then new events', async () => {
  const database = await migratedServer()
  const db = await database.open()
  const tail = eventTail()
  await readTail(tail, db)
  // as rows restored from a server that had counted further
  await log(db, 'later')
  await db.exec('update skill_usage_events set txid = txid + 1000000')
  await log(db, 'now')
  expect(skillsOf(await readTail(tail, db))).toEqual(['now'])
  expect(skillsOf(await readTail(tail, db))).toEqual([])
  const { run } = db
  const elsewhere: Db = {
    ...db,
    run: async (sql: string, parameters?: readonly Parameter[]) => {
      const rows = await run(sql, parameters)
      return rows.map((row) => ('history' in row ? { ...row, history: 'another' } : row)) as never
    },
  }
  expect(await readTail(tail, elsewhere)).toEqual({ events: [], sums: null, hasGap: true })
  await log(db, 'after')
  expect(await readTail(tail, elsewhere)).toMatchObject({ events: [{ skillId: 'after' }], hasGap: false })
})

test('tail: on a standby -> each event once', async () => {
  const folder = scratch()
  chmodSync(folder, 0o755)
  const [one, two] = [path.join(folder, 'one'), path.join(folder, 'two')]
  await (await startPostgres({ keep: one })).stop()
  expect(spawnSync('cp', ['-a', one, two]).status).toBe(0)
  writeFileSync(path.join(two, 'standby.signal'), '')
  const primary = await startPostgres({ keep: one })
  const host = new URL(primary.url('postgres').replace('@/', '@local/')).searchParams.get('host') ?? ''
  const standby = await startPostgres({ keep: two, settings: { primary_conninfo: `host=${host} user=postgres` } })
  const [db, late] = [await openDb(await targetOf(primary.url('postgres'))), await openDb(await targetOf(primary.url('postgres')))]
  const reader = await openDb(await targetOf(standby.url('postgres')))
  try {
    const replayed = async (): Promise<void> => {
      const [place] = await db.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn')
      const behind = async (): Promise<unknown> =>
        (await reader.query('select pg_last_wal_replay_lsn() >= $1::text::pg_lsn as ok', [place?.lsn ?? '']))[0]?.['ok']
      await expect.poll(behind, { timeout: 120_000, interval: 20 }).toBe(true)
    }
    expect((await migrate(db)).error).toBeUndefined()
    await log(db, 'one')
    await late.exec('begin')
    await log(late, 'late')
    await log(db, 'two')
    await replayed()
    const tail = eventTail()
    const printed = skillsOf(await readTail(tail, reader))
    await log(db, 'three')
    await replayed()
    printed.push(...skillsOf(await readTail(tail, reader)))
    await late.exec('commit')
    await log(db, 'four')
    await replayed()
    printed.push(...skillsOf(await readTail(tail, reader)), ...skillsOf(await readTail(tail, reader)))
    expect(printed.toSorted()).toEqual(['four', 'late', 'one', 'three', 'two'])
  } finally {
    for (const open of [reader, late, db]) await open.close()
    await standby.stop()
    await primary.stop()
  }
})
