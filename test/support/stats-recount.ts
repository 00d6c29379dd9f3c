import { expect } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { rollUp, stats } from '../../src/index.ts'
import { step } from '../../src/stats/rollup.ts'
import type { TestBackend } from './databases.ts'
import type { LoggedEvent, LoggedFeedback } from './random-log.ts'
import { insertEvents, insertFeedback, randomEvents, randomFeedback, seededRandom } from './random-log.ts'
import { recountFunnel, recountGroups, recountSets, recountSkills, recountTotals, tierOf } from './recount.ts'

const LIMIT = 1000
const DAY = 86_400_000

interface Log {
  db: Db
  events: LoggedEvent[]
  feedback: LoggedFeedback[]
}

/** Writes a random log and compares every number of `stats` with a recount of its events: before, during and after rollups. */
export async function expectRecount(backend: TestBackend, seed: number): Promise<void> {
  const log = await writeLog(backend, seed)
  for (const options of [{}, { sinceMs: 2.3 * DAY }, { sinceMs: 5 * 60_000 }, { exact: true }]) await expectRight(log, options)
  // after a full rollup, and after a rebuild
  await rollUp(log.db, { batch: 37 })
  await expectRight(log, {})
  await rollUp(log.db, { rebuild: true })
  await expectRight(log, {})
  await expectRight(log, { sinceMs: 4 * DAY })
}

/** Writes a random log in pieces with steps between them, so that some rows are rolled up early, some late, some not at all. */
async function writeLog(backend: TestBackend, seed: number): Promise<Log> {
  const db = await (await backend.migrated()).open()
  const random = seededRandom(seed)
  const [row] = await db.query<{ now: Date }>('select now() as now')
  const now = row?.now.getTime() ?? 0
  const log: Log = { db, events: [], feedback: [] }
  for (let piece = 0; piece < 4; piece++) {
    const events = randomEvents(random, now, { events: 20 + Math.floor(random() * 120) })
    const feedback = randomFeedback(random, events)
    await insertEvents(db, events)
    await insertFeedback(db, feedback)
    log.events.push(...events)
    log.feedback.push(...feedback)
    const steps = Math.floor(random() * 4)
    // steps smaller than a transaction's rows, so that they stop inside of one
    for (let i = 0; i < steps; i++) await step(db, random() < 0.7 ? 'events' : 'feedback', 1 + Math.floor(random() * 60))
    if (random() < 0.3) await rollUp(db)
  }
  return log
}

interface Period {
  exact?: boolean
  sinceMs?: number
}

/** Compares every number of every view with a recount of these events. The views are read one after another: if an event left the period meanwhile, compares again. */
async function expectRight(log: Log, options: Period): Promise<void> {
  const start = await startOf(log, options)
  try {
    await compareViews(log, options)
  } catch (error) {
    const end = await startOf(log, options)
    if (![...log.events, ...log.feedback].some(({ at }) => at >= start && at <= end)) throw error
    await expectRight(log, options)
  }
}

async function startOf({ db }: Log, options: Period): Promise<number> {
  const { since } = await stats(db, { limit: 1, ...options })
  return since === null ? -Infinity : Date.parse(since)
}

async function compareViews({ db, events, feedback }: Log, options: Period): Promise<void> {
  const overview = await stats(db, { limit: LIMIT, ...options })
  const from = overview.since === null ? -Infinity : Date.parse(overview.since)
  const own = events.filter(({ at }) => at >= from)
  const opinions = feedback.filter(({ at }) => at >= from)
  expect(overview.totals).toMatchObject(recountTotals(own, opinions))
  const expected = recountSkills(own, opinions)
  expect(overview.skills.map(({ skillId }) => skillId)).toEqual(expected.map(({ skillId }) => skillId))
  for (const [i, { rate, latency, rating, ...counts }] of expected.entries()) {
    const skill = overview.skills[i]
    expect(skill).toMatchObject(counts)
    expect(skill?.successRatePct).toBeCloseTo(rate, 1)
    if (latency === null) expect(skill?.avgLatencyMs).toBeNull()
    else expect(Math.abs((skill?.avgLatencyMs ?? -1) - latency)).toBeLessThanOrEqual(0.5)
    if (rating === null) expect(skill?.avgRating).toBeNull()
    else expect(skill?.avgRating).toBeCloseTo(rating, 1)
  }
  expect(overview.days.reduce((sum, { uses }) => sum + uses, 0)).toBe(own.length)

  const { cooccurrence = [] } = await stats(db, { cooccurrence: true, limit: LIMIT, ...options })
  expect(cooccurrence.toSorted(byText)).toEqual(recountSets(own).toSorted(byText))
  // a few sets are read with another query than all
  const few = await stats(db, { cooccurrence: true, limit: 2, ...options })
  expect(few).toMatchObject({ cooccurrence: cooccurrence.slice(0, 2), truncated: cooccurrence.length > 2 })

  const keys = {
    tier: tierOf,
    element: ({ state }: LoggedEvent) => state.element ?? null,
    realm: ({ state }: LoggedEvent) => state.realm ?? null,
    category: () => null,
    version: ({ skillId, version }: LoggedEvent) => `${skillId} ${version}`,
    outcome: ({ outcome }: LoggedEvent) => (['success', 'soft_fail', 'hard_refusal'].includes(outcome) ? outcome : 'other'),
    day: ({ at }: LoggedEvent) => new Date(at).toISOString().slice(0, 10),
    hour: ({ at }: LoggedEvent) => new Date(at).toISOString().slice(11, 13),
  } as const
  for (const [by, key] of Object.entries(keys)) {
    for (const skill of [undefined, 'alpha']) {
      const { groups } = await stats(db, { by: by as keyof typeof keys, skill, limit: LIMIT, ...options })
      const groupsExpected = recountGroups(
        own.filter(({ skillId }) => skill === undefined || skillId === skill),
        key,
      )
      expect(groups?.rows.length, by).toBe(groupsExpected.size)
      for (const row of groups?.rows ?? []) expect(row, by).toMatchObject(groupsExpected.get(row.key) ?? { uses: -1 })
    }
  }

  const { funnel = [] } = await stats(db, { funnel: true, limit: LIMIT, ...options })
  const stages = recountFunnel(own, opinions)
  for (const stage of funnel) expect(stage).toMatchObject(stages.get(stage.skillId) ?? { used: 0, succeeded: 0 })
  expect(funnel.filter(({ used }) => used > 0)).toHaveLength(stages.size)

  const page = await stats(db, { skill: 'alpha', limit: LIMIT, ...options })
  const alpha = own.filter(({ skillId }) => skillId === 'alpha')
  expect(page.page?.hoursOfWeek.reduce((sum, n) => sum + n, 0) ?? 0).toBe(alpha.length)
  for (const version of page.page?.versions ?? []) {
    expect(version.totalUses).toBe(alpha.filter((event) => event.version === version.version).length)
  }
  for (const { tag, count } of page.page?.tags ?? []) {
    expect(count).toBe(opinions.filter(({ skillId, tags }) => skillId === 'alpha' && tags.includes(tag)).length)
  }
}

function byText(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}
