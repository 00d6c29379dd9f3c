import { expect } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { forgetUser, pruneEvents, rollUp, stats, type Dimension, type StatsCallOptions, type StatsReport } from '../../src/index.ts'
import { step } from '../../src/stats/rollup.ts'
import type { TestBackend } from './databases.ts'
import type { LoggedEvent, LoggedFeedback } from './random-log.ts'
import { insertEvents, insertFeedback, randomEvents, randomFeedback, seededRandom } from './random-log.ts'
import {
  recountActions,
  recountDays,
  recountFunnel,
  recountGroups,
  recountHoursOfWeek,
  recountPercentile,
  recountRates,
  recountSets,
  recountSkills,
  recountTotals,
  tierOf,
} from './recount.ts'

const LIMIT = 1000
const DAY = 86_400_000
const USERS = [0, 1, 2, 3, 4, 5].map((n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`)

/** All rows that were ever written, without those of forgotten users; also the pruned ones. */
interface Log {
  db: Db
  random: () => number
  now: number
  events: LoggedEvent[]
  feedback: LoggedFeedback[]
  /** The events before were deleted. */
  prunedBefore: number
  /** Answers that were compared. */
  questions: number
}

/**
 * Writes a random log and compares every number of `stats` with a recount of its events, in all states: not rolled up, in parts, whole,
 * rebuilt, with other settings of the session, without a forgotten user, with pruned days, with rows that arrive late, with rows of another
 * server, and restored on another server. Returns
 * the number of questions.
 */
export async function expectRecount(backend: TestBackend, seed: number): Promise<number> {
  const log = await writeLog(backend, seed)
  const { db, random } = log
  await expectRight(log, [{}, since(2.3), since(5 / 1440), { exact: true }, filtered(log)])
  await rollUp(db, { batch: 37 })
  await expectRight(log, [{}, since(4), filtered(log), filtered(log), filtered(log), between(log), { timeZone: 'Asia/Kathmandu' }])
  await db.exec("SET DateStyle TO 'SQL, DMY'; SET TimeZone TO 'America/St_Johns'; SET extra_float_digits TO -15")
  await rollUp(db, { rebuild: true })
  await expectRight(log, [{}, since(4 * random())])
  await db.exec("RESET DateStyle; RESET TimeZone; SET extra_float_digits TO 1; SET DateStyle TO 'German'")

  await forget(log, USERS[1] ?? '')
  await expectRight(log, [{}, since(6 * random())])

  const { before } = await pruneEvents(db, { olderThanMs: 3 * DAY })
  log.prunedBefore = Date.parse(before)
  await expectRight(log, [{}, { exact: true }, since(6 * random()), since(3.5), { ...since(5.1), exact: true }])
  await expectRight(log, [filtered(log), between(log), { ...since(4.4), timeZone: 'America/St_Johns' }])
  // some of these are older than the pruned ones
  await write(log, 60)
  await step(db, 'events', 25)
  await expectRight(log, [{}, since(2.9 + 3 * random()), since(1), filtered(log), between(log)])

  await loadForeign(log)
  await expectRight(log, [{}, since(5 * random())])
  await restoreToOtherServer(log)
  await expectRight(log, [{}, filtered(log)])
  return log.questions
}

function since(days: number): StatsCallOptions {
  return { sinceMs: Math.round(days * DAY) }
}

/** One or two filters, mostly with a period. */
function filtered({ random }: Log): StatsCallOptions {
  const all: StatsCallOptions['filters'][] = [
    { version: '1.0.0' },
    { version: '2.0.0' },
    { category: 'lineage' },
    { tier: 'DEEP' },
    { tier: '' },
    { outcome: 'soft_fail' },
    { element: 'fire' },
    { realm: 'UNDERWORLD' },
  ]
  const pick = (): StatsCallOptions['filters'] => all[Math.floor(random() * all.length)]
  return { filters: { ...pick(), ...(random() < 0.4 ? pick() : {}) }, ...(random() < 0.5 ? since(6 * random()) : {}) }
}

/** From one time to another, each with or without an offset, or a day. */
function between({ random, now }: Log): StatsCallOptions {
  const text = (daysAgo: number): string => new Date(now - daysAgo * DAY).toISOString().slice(0, random() < 0.3 ? 10 : 19)
  const to = random() < 0.8 ? { to: text(2 * random()) } : {}
  return {
    ...(random() < 0.8 ? { from: `${text(3 + 4 * random())}${random() < 0.3 ? 'Z' : ''}` } : {}),
    ...to,
    timeZone: random() < 0.3 ? 'Europe/Berlin' : 'UTC',
  }
}

/** Writes a random log in pieces with steps between them, so that some rows are rolled up early, some late, some not at all. */
async function writeLog(backend: TestBackend, seed: number): Promise<Log> {
  const db = await (await backend.migrated()).open()
  const random = seededRandom(seed)
  const [row] = await db.query<{ now: Date }>('select now() as now')
  const log: Log = { db, random, now: row?.now.getTime() ?? 0, events: [], feedback: [], prunedBefore: -Infinity, questions: 0 }
  await db.exec(
    `INSERT INTO skills_registry (skill_id, version, meta) VALUES ('alpha', '1.0.0', '{"category": "lineage"}'), ('z z', '1', '{"category": "lineage"}')`,
  )
  for (let piece = 0; piece < 4; piece++) {
    await write(log, 20 + Math.floor(random() * 120))
    const steps = Math.floor(random() * 4)
    // steps smaller than a transaction's rows, so that they stop inside of one
    for (let i = 0; i < steps; i++) await step(db, random() < 0.7 ? 'events' : 'feedback', 1 + Math.floor(random() * 60))
    if (random() < 0.3) await rollUp(db)
  }
  return log
}

async function write(log: Log, count: number): Promise<void> {
  const events = randomEvents(log.random, log.now, { events: count })
  const feedback = randomFeedback(log.random, events)
  await insertEvents(log.db, events)
  await insertFeedback(log.db, feedback)
  log.events.push(...events)
  log.feedback.push(...feedback)
}

/** Rows with the transaction IDs of another server, lower and higher than those of this one. Those of pruned days are not counted. */
async function loadForeign(log: Log): Promise<void> {
  await rollUp(log.db)
  const [row] = await log.db.query<{ id: string }>('SELECT max(id) AS id FROM skill_usage_events')
  await write(log, 40)
  await log.db.exec(
    `UPDATE skill_usage_events SET txid = CASE WHEN id % 2 = 0 THEN 4 ELSE 900000000000 + id END
      WHERE id > ${row?.id ?? 0} AND id % 3 > 0 AND created_at >= to_timestamp(${log.prunedBefore / 1000})`,
  )
  await rollUp(log.db)
}

/** The state of the rollups as after a restore on a server whose transaction IDs are lower. */
async function restoreToOtherServer({ db }: Log): Promise<void> {
  await db.exec(`UPDATE skill_rollup_state SET system_identifier = 1, snapshot = '800000000000:800000000000:'`)
  await rollUp(db)
}

async function forget(log: Log, user: string): Promise<void> {
  await forgetUser(log.db, user)
  log.events = log.events.filter(({ userId }) => userId !== user)
  log.feedback = log.feedback.filter(({ userId }) => userId !== user)
}

/** Compares the answers to all questions with a recount, in each of the periods. */
async function expectRight(log: Log, periods: readonly StatsCallOptions[]): Promise<void> {
  for (const period of periods) {
    await checkOverview(log, period)
    await checkSets(log, period)
    await checkGroups(log, period)
    await checkFunnel(log, period)
    await checkPage(log, period)
    if (period.filters === undefined && period.to === undefined) await checkUser(log, period)
    await checkSessions(log, period)
    if (period.sinceMs !== undefined) await checkComparison(log, { ...period, sinceMs: undefined, compareMs: period.sinceMs })
  }
}

interface Answer {
  report: StatsReport
  /** The rows of the period that the report names. */
  events: LoggedEvent[]
  feedback: LoggedFeedback[]
  /** The users and sessions of all skills are known. */
  hasPeople: boolean
  /** The hours of a skill are known. */
  hasHours: boolean
  /** The users of each skill are known. */
  hasUsers: boolean
  timeZone: string
}

async function ask(log: Log, options: StatsCallOptions): Promise<Answer> {
  const report = await stats(log.db, { limit: LIMIT, ...options })
  log.questions++
  const [from, end] = [
    report.since === null ? -Infinity : Date.parse(report.since),
    report.until === null ? Infinity : Date.parse(report.until),
  ]
  const { version = null, category = null, tier = null, outcome = null, element = null, realm = null } = options.filters ?? {}
  const within = <T extends { at: number }>(rows: readonly T[]): T[] => rows.filter(({ at }) => at >= from && at < end)
  const hasFeedback = [tier, outcome, element, realm].every((value) => value === null)
  const isAllTime = from === -Infinity && end === Infinity
  const whole = isAllTime || from >= log.prunedBefore
  const isSummed = report.source.kind === 'rollup' && isAllTime
  return {
    report,
    events: within(matching(log.events, options)),
    feedback: hasFeedback ? within(matching(log.feedback, options)) : [],
    hasPeople: whole && !(isSummed && (version !== null || category !== null)),
    hasHours: whole && !(isSummed && log.prunedBefore > -Infinity && (version !== null || category !== null)),
    hasUsers: whole && !(isSummed && version !== null),
    timeZone: options.timeZone ?? 'UTC',
  }
}

/** The rows that the filters select, of any time. */
function matching<T extends LoggedEvent | LoggedFeedback>(rows: readonly T[], { filters = {} }: StatsCallOptions): T[] {
  const { version = null, category = null, tier = null, outcome = null, element = null, realm = null } = filters
  return rows.filter(
    (row) =>
      (version === null || row.version === version) &&
      (category === null || categoryOf(row) === category) &&
      (!('outcome' in row) ||
        ((tier === null || tierOf(row) === tier) &&
          (outcome === null || row.outcome === outcome) &&
          (element === null || row.state.element === element) &&
          (realm === null || row.state.realm === realm))),
  )
}

function categoryOf({ skillId }: { skillId: string }): string | null {
  return ['alpha', 'z z'].includes(skillId) ? 'lineage' : null
}

async function checkOverview(log: Log, period: StatsCallOptions): Promise<void> {
  const { report, events, feedback, hasPeople, hasUsers, timeZone } = await ask(log, period)
  const what = JSON.stringify([period, report.source.note])
  const { users, sessions, ...totals } = recountTotals(events, feedback)
  expect(report.totals, what).toMatchObject({ ...totals, users: hasPeople ? users : null, sessions: hasPeople ? sessions : null })
  const expected = recountSkills(events, feedback)
  expect(report.skills.map(({ skillId }) => skillId)).toEqual(expected.map(({ skillId }) => skillId))
  for (const [i, { rate, latency, rating, uniqueUsers, ...counts }] of expected.entries()) {
    const skill = report.skills[i]
    expect(skill, what).toMatchObject({ ...counts, uniqueUsers: hasUsers ? uniqueUsers : null })
    expect(skill?.successRatePct).toBeCloseTo(rate, 1)
    if (latency === null) expect(skill?.avgLatencyMs).toBeNull()
    else expect(Math.abs((skill?.avgLatencyMs ?? -1) - latency)).toBeLessThanOrEqual(0.5)
    if (rating === null) expect(skill?.avgRating).toBeNull()
    else expect(skill?.avgRating).toBeCloseTo(rating, 1)
    const own = events.filter(({ skillId }) => skillId === counts.skillId)
    checkLatency(report, skill?.latency ?? null, own)
    const byDay = recountDays(own, 'UTC')
    const today = Math.floor(Math.min(Date.now(), report.until === null ? Infinity : Date.parse(report.until) - 1) / DAY)
    const recent = skill?.recent ?? []
    expect(recent).toEqual(recent.map((_, day) => byDay.get(dayOf((today - recent.length + 1 + day) * DAY)) ?? 0))
  }
  const days = recountDays(events, timeZone)
  expect(report.days.filter(({ uses }) => uses > 0).map(({ day, uses }) => [day, uses])).toEqual(
    [...days].toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/** Each percentile is within its bound of the value at its rank. */
function checkLatency({ source }: StatsReport, latency: StatsReport['skills'][number]['latency'], own: readonly LoggedEvent[]): void {
  const values = own.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs])).toSorted((a, b) => a - b)
  if (latency === null) return expect(values).toEqual([])
  expect([latency.min, latency.max]).toEqual([values[0], values.at(-1)])
  for (const [name, share] of [
    ['p50', 0.5],
    ['p90', 0.9],
    ['p95', 0.95],
    ['p99', 0.99],
  ] as const) {
    const [low, high] = recountPercentile(values, share)
    const error = source.percentileErrorPct / 100
    const bound = latency.bounds[name]
    expect(bound.low, name).toBeLessThanOrEqual(Math.ceil(high))
    expect(bound.high, name).toBeGreaterThanOrEqual(Math.floor(low))
    // those of the events are whole
    const rounding = error === 0 ? 0.5 : 0
    expect(latency[name], name).toBeGreaterThanOrEqual(low * (1 - error) - rounding)
    expect(latency[name], name).toBeLessThanOrEqual(high * (1 + error) + rounding)
  }
}

async function checkSets(log: Log, period: StatsCallOptions): Promise<void> {
  const { report, events } = await ask(log, { ...period, cooccurrence: true })
  const { cooccurrence = [] } = report
  expect(cooccurrence.toSorted(byText), JSON.stringify(period)).toEqual(recountSets(events).toSorted(byText))
  if (period.sinceMs !== undefined || period.from !== undefined || period.to !== undefined) return
  // a few sets are read with another query than all
  const few = await ask(log, { ...period, cooccurrence: true, limit: 2 })
  expect(few.report).toMatchObject({ cooccurrence: cooccurrence.slice(0, 2), truncated: cooccurrence.length > 2 })
}

const KEYS: Readonly<Record<Dimension, (event: LoggedEvent, timeZone: string) => string | null>> = {
  tier: tierOf,
  element: ({ state }) => state.element ?? null,
  realm: ({ state }) => state.realm ?? null,
  category: categoryOf,
  version: ({ skillId, version }) => JSON.stringify([skillId, version]),
  outcome: ({ outcome }) => (['success', 'soft_fail', 'hard_refusal'].includes(outcome) ? outcome : 'other'),
  day: ({ at }, timeZone) => localTime(at, timeZone).slice(0, 10),
  hour: ({ at }, timeZone) => localTime(at, timeZone).slice(11, 13),
}

async function checkGroups(log: Log, period: StatsCallOptions): Promise<void> {
  for (const by of Object.keys(KEYS) as Dimension[]) {
    for (const skill of [undefined, 'alpha']) {
      const { report, events, timeZone } = await ask(log, { ...period, by, skill })
      const own = events.filter(({ skillId }) => skill === undefined || skillId === skill)
      const groups = recountGroups(own, (event) => KEYS[by](event, timeZone))
      const what = JSON.stringify([by, skill, period])
      expect(report.groups?.rows.length, what).toBe(groups.size)
      for (const row of report.groups?.rows ?? []) {
        const key = row.skillId === null ? row.key : JSON.stringify([row.skillId, row.key])
        expect(row, what).toMatchObject(groups.get(key) ?? { uses: -1 })
      }
    }
  }
}

async function checkFunnel(log: Log, period: StatsCallOptions): Promise<void> {
  const { report, events, feedback } = await ask(log, { ...period, funnel: true })
  const stages = recountFunnel(events, feedback)
  const { funnel = [] } = report
  for (const stage of funnel) expect(stage, JSON.stringify(period)).toMatchObject(stages.get(stage.skillId) ?? { used: 0, succeeded: 0 })
  expect(funnel.filter(({ used }) => used > 0)).toHaveLength(stages.size)
}

async function checkPage(log: Log, period: StatsCallOptions): Promise<void> {
  const { report, events, feedback, hasHours, timeZone } = await ask(log, { ...period, skill: 'alpha' })
  const own = events.filter(({ skillId }) => skillId === 'alpha')
  if (own.length === 0) return expect(report.skills).toEqual([])
  expect(report.page?.hoursOfWeek).toEqual(hasHours ? recountHoursOfWeek(own, timeZone) : null)
  for (const version of report.page?.versions ?? []) {
    const uses = own.filter((event) => event.version === version.version)
    expect(version.totalUses).toBe(uses.length)
    checkLatency(report, version.latency, uses)
  }
  for (const { tag, count } of report.page?.tags ?? []) {
    expect(count).toBe(feedback.filter(({ skillId, tags }) => skillId === 'alpha' && tags.includes(tag)).length)
  }
}

async function checkUser(log: Log, period: StatsCallOptions): Promise<void> {
  for (const user of USERS.slice(0, 2)) {
    const { report, events, feedback } = await ask(log, { ...period, user })
    // of a user, feedback is kept when events are pruned; a late event is older than the pruned ones
    const kept = events.filter(({ at }) => at >= log.prunedBefore)
    const found = (report.timeline ?? []).filter(({ kind, at }) => kind !== 'use' || Date.parse(at ?? '') >= log.prunedBefore)
    expect(found.map(({ at, kind, skillId }) => `${at} ${kind} ${skillId}`).toSorted(), JSON.stringify(period)).toEqual(
      recountActions(
        kept.filter(({ userId }) => userId === user),
        feedback.filter(({ userId }) => userId === user),
      ),
    )
  }
}

async function checkSessions(log: Log, period: StatsCallOptions): Promise<void> {
  const { report, events } = await ask(log, { ...period, sessions: true, skill: 'alpha' })
  const own = events.filter(({ skillId, sessionId }) => skillId === 'alpha' && sessionId !== null)
  const expected = recountGroups(own, ({ userId, sessionId }) => `${userId} ${sessionId ?? ''}`)
  const { sessions = [] } = report
  expect(sessions, JSON.stringify(period)).toHaveLength(expected.size)
  for (const { userId, sessionId, ...counts } of sessions)
    expect(counts).toMatchObject(expected.get(`${userId} ${sessionId}`) ?? { uses: -1 })
}

async function checkComparison(log: Log, options: StatsCallOptions): Promise<void> {
  const { report } = await ask(log, options)
  const { compare } = report
  const selected = matching(log.events, options)
  if (compare === undefined) throw new Error('no comparison')
  const rates = (period: { since: string; until: string }): Map<string, { uses: number; success: number; own: LoggedEvent[] }> =>
    recountRates(selected.filter(({ at }) => at >= Date.parse(period.since) && at < Date.parse(period.until)))
  const [before, after] = [rates(compare.before), rates(compare.after)]
  expect(new Set(compare.skills.map(({ skillId }) => skillId))).toEqual(new Set([...before.keys(), ...after.keys()]))
  for (const {
    skillId,
    usesBefore,
    usesAfter,
    successRateAfterPct,
    differencePoints,
    differenceInterval,
    latencyAfter,
  } of compare.skills) {
    const [a, b] = [before.get(skillId ?? ''), after.get(skillId ?? '')]
    expect([usesBefore, usesAfter], JSON.stringify([options, skillId])).toEqual([a?.uses ?? 0, b?.uses ?? 0])
    if (b !== undefined) checkLatency(report, latencyAfter, after.get(skillId ?? '')?.own ?? [])
    if (b !== undefined) expect(successRateAfterPct).toBeCloseTo((100 * b.success) / b.uses, 1)
    if (differenceInterval === null) expect(a === undefined || b === undefined).toBe(true)
    else expect(differencePoints).toBeGreaterThanOrEqual(differenceInterval.low)
    if (differenceInterval !== null) expect(differencePoints).toBeLessThanOrEqual(differenceInterval.high)
  }
}

/** `2026-11-21 09:30:00` in the time zone. */
function localTime(at: number, timeZone: string): string {
  return new Date(at).toLocaleString('sv-SE', { timeZone })
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

function byText(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}
