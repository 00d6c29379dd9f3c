import { expect, test } from 'vitest'
import { openDb } from '../../src/db/open.ts'
import type { UsageEvent } from '../../src/index.ts'
import { migrate } from '../../src/index.ts'
import { targetOf } from '../support/databases.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { event, hashes, logged, skillsOn, spilled } from '../support/telemetry.ts'
import { until } from '../support/waiting.ts'

test('telemetry: the server crashes three times and restarts -> each event is written once', async () => {
  const server = await startPostgres({ tcp: true })
  const target = await targetOf(server.url('postgres'))
  try {
    const first = await openDb(target)
    await migrate(first)
    await first.close()
    const { skills, warnings, spillDir } = skillsOn(server.url('postgres'), { maxBuffered: 700, batchSize: 100, flushMs: 5 })
    const events: UsageEvent[] = []
    const work = async (rounds: number): Promise<void> => {
      for (let i = 0; i < rounds; i++) {
        // more than 700 while a spill file is written would be dropped, as on a disk that is too slow
        await until('memory has room', () => skills.counts().pending < 1_000)
        for (let j = 0; j < 40; j++) {
          const one = event()
          events.push(one)
          skills.logUsage(one)
        }
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    await work(60)
    for (let crash = 0; crash < 3; crash++) {
      await server.crash()
      await work(60)
      await server.start()
      await work(60)
    }
    await until('all is written', async () => (await skills.flush()).complete)
    const counts = skills.counts()
    expect(counts).toMatchObject({ pending: 0, dropped: 0, rejected: 0, logged: events.length })
    expect(counts.spilled).toBeGreaterThan(0)
    expect(spilled(spillDir)).toEqual([])
    const db = await openDb(target, { waitMs: 5_000 })
    expect(await logged(db)).toEqual(hashes(events))
    await db.close()
    expect(new Set(warnings.map(({ code }) => code))).toEqual(new Set(['EVENTS_DELAYED']))
    await skills.close()
  } finally {
    await server.stop()
  }
})
