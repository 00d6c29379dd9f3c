import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { eventTail } from '../../src/index.ts'
import { migratedServer } from '../support/databases.ts'
import { seededRandom } from '../support/random-log.ts'

const log = (db: Db, skill: string, rows: number): Promise<unknown> =>
  db.query(
    `insert into skill_usage_events (user_id, session_id, skill_id, version, outcome, created_at)
     select gen_random_uuid(), 's', $1, '1.0.0', 'success', clock_timestamp() from generate_series(1, $2::int)`,
    [skill, rows],
  )

test('tail: writers commit in any order and roll back, the reader fails -> each event once', async () => {
  const database = await migratedServer()
  const db = await database.open()
  const tail = eventTail()
  await tail.read(db, () => undefined)
  const printed: string[] = []
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
        .read(db, (events) => {
          printed.push(...events.map(({ id }) => id))
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
  expect(printed.toSorted()).toEqual(rows.map(({ id }) => id).toSorted())
})
