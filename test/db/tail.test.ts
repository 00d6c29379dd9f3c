import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import type { TailEvent } from '../../src/index.ts'
import { eventTail, migrate } from '../../src/index.ts'
import { freshServer, onEachBackend } from '../support/databases.ts'
import { seededRandom } from '../support/random-log.ts'

const USER = '00000000-0000-4000-8000-000000000001'
const OTHER = '00000000-0000-4000-8000-000000000002'

async function log(db: Db, skill: string, rows = 1, user = USER): Promise<void> {
  await db.query(
    `insert into skill_usage_events (user_id, session_id, skill_id, version, outcome, state_snapshot, created_at)
     select $1::uuid, 's', $2, '1.0.0', 'success', '{"tier": "DEEP"}', clock_timestamp() from generate_series(1, $3::int)`,
    [user, skill, rows],
  )
}

/** Looks, and gives what it was told. */
async function look(
  tail: ReturnType<typeof eventTail>,
  db: Db,
  most?: number,
): Promise<{ events: TailEvent[]; sums: unknown; hasGap: boolean }> {
  const events: TailEvent[] = []
  const told = await tail.look(db, (more) => events.push(...more), most)
  return { events, ...told }
}

const skillsOf = ({ events }: { events: readonly TailEvent[] }): string[] => events.map(({ skillId }) => skillId)

onEachBackend((backend) => {
  test('the latest events first, then what comes; of one skill, of one user; many as sums', async () => {
    const db = await (await backend.fresh()).open()
    await expect(look(eventTail(), db)).rejects.toMatchObject({ code: 'NOT_MIGRATED' })
    expect((await migrate(db)).error).toBeUndefined()
    for (const skill of ['one', 'two', 'three']) await log(db, skill)
    const all = eventTail({ limit: 2 })
    const none = eventTail({ limit: 0 })
    const ofTwo = eventTail({ skill: 'two' })
    const ofOther = eventTail({ user: OTHER.toUpperCase() })
    const first = await look(all, db)
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
    expect(skillsOf(await look(none, db))).toEqual([])
    expect(skillsOf(await look(ofTwo, db))).toEqual(['two'])
    expect(skillsOf(await look(ofOther, db))).toEqual([])
    expect(skillsOf(await look(all, db))).toEqual([])

    await log(db, 'two')
    await log(db, 'four', 1, OTHER)
    expect(skillsOf(await look(all, db))).toEqual(['two', 'four'])
    expect(skillsOf(await look(none, db))).toEqual(['two', 'four'])
    expect(skillsOf(await look(ofTwo, db))).toEqual(['two'])
    expect(skillsOf(await look(ofOther, db))).toEqual(['four'])

    await log(db, 'five', 6000)
    await log(db, 'six', 2, OTHER)
    expect(await look(all, db, 20)).toEqual({
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
    expect((await look(none, db)).events).toHaveLength(6002)
    expect(skillsOf(await look(all, db, 20))).toEqual([])
  })
})

test('each event once, whatever order writers commit in, over rollbacks and looks that fail half-way', async () => {
  const database = await freshServer()
  const db = await database.open()
  expect((await migrate(db)).error).toBeUndefined()
  const tail = eventTail()
  await look(tail, db)
  const told: string[] = []
  let open = true
  const write = async (seed: number): Promise<void> => {
    const random = seededRandom(seed)
    const writer = await database.open()
    for (let i = 0; i < 25; i++) {
      await writer.exec('begin')
      for (let part = 0; part < 1 + random() * 3; part++) {
        await log(writer, `skill-${seed}`, 1 + Math.floor(random() * 30))
        await new Promise((resolve) => setTimeout(resolve, random() * 20))
      }
      await writer.exec(random() < 0.2 ? 'rollback' : 'commit')
    }
  }
  const follow = async (): Promise<void> => {
    const random = seededRandom(7)
    for (let last = false; ; last = !open) {
      const fails = random() < 0.3
      await tail
        .look(db, (events) => {
          told.push(...events.map(({ id }) => id))
          if (fails && !last) throw new Error('the reader fails')
        })
        .catch((error: unknown) => expect(String(error)).toContain('the reader fails'))
      if (last) break
    }
  }
  const following = follow()
  await Promise.all([1, 2, 3, 4].map(write))
  open = false
  await following
  const rows = await db.query<{ id: string }>('select id::text as id from skill_usage_events')
  expect(rows.length).toBeGreaterThan(300)
  expect(told.toSorted()).toEqual(rows.map(({ id }) => id).toSorted())
})

test('transactions that are yet to come bring nothing, and another history begins anew', async () => {
  const database = await freshServer()
  const db = await database.open()
  expect((await migrate(db)).error).toBeUndefined()
  const tail = eventTail()
  await look(tail, db)
  // as rows restored from a server that had counted further
  await log(db, 'later')
  await db.exec('update skill_usage_events set txid = txid + 1000000')
  await log(db, 'now')
  expect(skillsOf(await look(tail, db))).toEqual(['now'])
  expect(skillsOf(await look(tail, db))).toEqual([])
  const { query } = db
  const elsewhere: Db = {
    ...db,
    query: async (sql, parameters) => {
      const rows = await query(sql, parameters)
      return rows.map((row) => ('history' in row ? { ...row, history: 'another' } : row)) as never
    },
  }
  expect(await look(tail, elsewhere)).toEqual({ events: [], sums: null, hasGap: true })
  await log(db, 'after')
  expect(await look(tail, elsewhere)).toMatchObject({ events: [{ skillId: 'after' }], hasGap: false })
})
