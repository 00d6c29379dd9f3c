import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { rollUp, stats } from '../../src/index.ts'
import { step } from '../../src/stats/rollup.ts'
import { migratedServer } from '../support/databases.ts'
import { seededRandom } from '../support/random-log.ts'
import { everyView, rollupCounts } from '../support/rollups.ts'

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

test('rollup: writers commit out of order and roll back, several runs at once -> the sums equal the events', async () => {
  const database = await migratedServer()
  const db = await database.open()
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
  const { rolled, events } = await rollupCounts(db)
  expect(events).toBeGreaterThan(3000)
  expect(rolled).toBe(events)
  expect(await everyView(db, false)).toBe(await everyView(db, true))
})
