import type { Db } from '../db/db.ts'
import type { Marks } from './marks.ts'
import { LATENCY_BOUNDS } from './percentiles.ts'
import type { StatsFilters } from './report.ts'
import type { Bindings, ReportQueries } from './report-query.ts'

export const DAY_MS = 86_400_000

/** One question of `stats`: its subject, and where the answer is read. */
export interface Question {
  db: Db
  queries: ReportQueries
  period: Period
  /** Time of the server. */
  now: Date
  skill: string | null
  filters: StatsFilters
  /** Days and hours are those of this time zone. */
  timeZone: string
  limit: number
  mode: 'rollup' | 'exact'
  marks: Marks | undefined
  /** Midnight UTC: the events before were deleted, and of their days the rollups have the sums. */
  prunedBefore: Date | null
}

export const NO_FILTERS: StatsFilters = { version: null, tier: null, outcome: null, element: null, realm: null, category: null }

/** The filters that the sums of a skill, a version and a day cannot have. */
export function unsummed({ tier, outcome, element, realm }: StatsFilters): string[] {
  return Object.entries({ tier, outcome, element, realm }).flatMap(([name, value]) => (value === null ? [] : [name]))
}

/** All time, without filters: what the rollups have of sets of skills and of users. */
export function isPlain({ period, filters }: Question): boolean {
  return period.since === null && filters.version === null && filters.category === null
}

/** The time of the events in a question, and the whole days in it, whose rollups can be used. */
export interface Period {
  since: Date | null
  /** Exclusive. */
  until: Date | null
  /** First whole day, `YYYY-MM-DD` in UTC; null without a lower bound. */
  firstDay: string | null
  /** The day after the last whole day; null without an upper bound. */
  endDay: string | null
}

/** The parameters of the report queries for a question. */
export function bindingsOf({ period, skill, filters, timeZone, limit, marks }: Question): Bindings {
  return {
    ...marks?.bindings,
    ...filters,
    time_zone: timeZone,
    since: period.since,
    until: period.until,
    first_day: period.firstDay,
    end_day: period.endDay,
    skill,
    limit,
    latency_bounds: `{${LATENCY_BOUNDS.join(',')}}`,
  }
}

/** The same question answered from the events, for numbers that the rollups do not contain. */
export function exactly(question: Question): Question {
  return { ...question, mode: 'exact' }
}

/** Whether events of the period were pruned, so that users and sessions cannot be counted. */
export function isPruned({ period: { since }, prunedBefore }: Question): boolean {
  return since !== null && prunedBefore !== null && since < prunedBefore
}

/**
 * The first time from which on everything is kept: of pruned days only the sums of whole days are. `readsEvents`: the sums are of no use.
 */
export function keptFrom(time: Date, prunedBefore: Date | null, readsEvents: boolean): Date {
  if (prunedBefore === null || time >= prunedBefore) return time
  return readsEvents ? prunedBefore : new Date(Math.ceil(time.getTime() / DAY_MS) * DAY_MS)
}

/** From `since` to before `until`. A period within one day has no whole day. */
export function periodOf(since: Date | null, until: Date | null): Period {
  const first = since === null ? null : Math.ceil(since.getTime() / DAY_MS) * DAY_MS
  const end = until === null ? null : Math.max(Math.floor(until.getTime() / DAY_MS) * DAY_MS, first ?? -Infinity)
  return { since, until, firstDay: first === null ? null : dayOf(first), endDay: end === null ? null : dayOf(end) }
}

/** `YYYY-MM-DD` of a time in ms, in UTC. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** `YYYY-MM-DD` of a time in a time zone. */
export function dayIn(time: Date, timeZone: string): string {
  // the form of ISO 8601
  return timeZone === 'UTC' ? dayOf(time.getTime()) : time.toLocaleDateString('sv-SE', { timeZone })
}

/** The day a number of days later. */
export function addDays(day: string, days: number): string {
  return dayOf(Date.parse(day) + days * DAY_MS)
}
