import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runApplication } from '../support/application.ts'
import { migratedServer } from '../support/databases.ts'
import { PEAK_KIB } from '../support/peak-memory.ts'
import { scratch } from '../support/scratch.ts'
import { freePort, listen, toServer } from '../support/sockets.ts'

/** A snapshot of the size that an event usually has. */
const EVENT = `(i) => ({ ...event(i), sessionId: 's' + i % 999, tier: 'CORE', latencyMs: i % 1000, stateSnapshot: { tier: 'CORE', element: 'water', realm: 'MIDDLEWORLD' } })`

/** The peak is 142 to 175 MB, as the garbage collector decides; with all events in memory it is more than 270. */
const MOST_MIB = 210

const REPORT = `say(JSON.stringify({ ...result, peak: ${PEAK_KIB} / 1024 }))`

test('logUsage: 200,000 events in one turn -> all are in the database, without all of them in memory', async () => {
  const fresh = await migratedServer()
  const dir = `${scratch()}/spill`
  const application = runApplication(`
    const one = ${EVENT}
    const skills = createSkills({ database: ${JSON.stringify(fresh.flags[1])}, spillDir: ${JSON.stringify(dir)} })
    for (let i = 0; i < 200000; i++) skills.logUsage(one(i))
    const result = await skills.flush({ timeoutMs: 500000 })
    ${REPORT}
    await skills.close()`)
  expect(await application.ended).toMatchObject({ code: 0, stderr: '' })
  const { peak, ...result } = JSON.parse(application.said()) as { peak: number }
  expect(result).toMatchObject({ complete: true, logged: 200_000, written: 200_000, pending: 0, dropped: 0, rejected: 0 })
  expect(peak).toBeLessThan(MOST_MIB)
  expect(readdirSync(dir)).toEqual([])
  const db = await fresh.open()
  expect(await db.query('select count(*)::int as n, count(distinct input_hash)::int as distinct_n from skill_usage_events')).toEqual([
    { n: 200_000, distinct_n: 200_000 },
  ])
})

test('logUsage: the database is away and each fsync takes 300 ms -> no event is lost, all are written when it is back', async () => {
  const fresh = await migratedServer()
  const dir = `${scratch()}/spill`
  const port = await freePort()
  const url = `postgres://postgres@127.0.0.1:${port}/${fresh.name}?sslmode=disable`
  const application = runApplication(`
    import { promises } from 'node:fs'
    const open = promises.open
    promises.open = async (...args) => {
      const handle = await open(...args)
      const sync = handle.sync.bind(handle)
      handle.sync = async () => { await new Promise((resolve) => setTimeout(resolve, 300)); await sync() }
      return handle
    }
    const one = ${EVENT}
    const skills = createSkills({ database: ${JSON.stringify(url)}, spillDir: ${JSON.stringify(dir)}, maxBuffered: 1000 })
    let i = 0
    for (let turn = 0; turn < 60; turn++) {
      for (let j = 0; j < 1000; j++) skills.logUsage(one(i++))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    say('away')
    let result = skills.counts()
    while (!result.complete && !result.dropped) result = await skills.flush({ timeoutMs: 1000 })
    ${REPORT}
    await skills.close()`)
  while (!application.said().includes('away')) await new Promise((resolve) => setTimeout(resolve, 20))
  await listen((socket) => void toServer(socket), port)
  expect((await application.ended).code).toBe(0)
  const { peak, ...result } = JSON.parse(application.said().split('\n')[1] ?? '') as { peak: number }
  expect(result).toMatchObject({ complete: true, logged: 60_000, written: 60_000, dropped: 0, rejected: 0 })
  expect(peak).toBeLessThan(MOST_MIB)
  const db = await fresh.open()
  expect(await db.query('select count(*)::int as n, count(distinct input_hash)::int as distinct_n from skill_usage_events')).toEqual([
    { n: 60_000, distinct_n: 60_000 },
  ])
})
