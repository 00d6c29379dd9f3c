import { onlyRow } from '../db/columns.ts'
import { addDays, bindingsOf, dayIn, exactly, isPlain, isPruned, type Question } from './question.ts'
import type { Cooccurrence, DayPoint, Dimension, GroupStats, OtherDays, Totals } from './report.ts'
import { count, numberOrNull, textOrNull } from './report-query.ts'
import { timeOrNull } from '../core/times.ts'

/** The values of option `by` of `stats`. */
export const DIMENSIONS: readonly Dimension[] = ['tier', 'category', 'element', 'realm', 'version', 'outcome', 'day', 'hour']

const MOST_DAYS = 366

interface TotalsOptions {
  /** The query reads each of them. */
  withUnlocks: boolean
  /** Users and sessions. For a period the query reads each event. */
  withPeople: boolean
}

/** The totals of all skills in the period. */
export async function readTotals(question: Question, { withUnlocks, withPeople }: TotalsOptions): Promise<Totals> {
  const { db, queries, mode, period, filters } = question
  const row = onlyRow(
    await queries.run(db, 'totals', mode, { ...bindingsOf(question), skill: null, with_unlocks: withUnlocks, with_people: withPeople }),
  )
  // the sums of all users and sessions have no filters
  const isFiltered = mode === 'rollup' && period.since === null && (filters.version !== null || filters.category !== null)
  const isCountable = withPeople && !isPruned(question) && !isFiltered
  return {
    events: count(row['events']),
    users: isCountable ? count(row['users']) : null,
    sessions: isCountable ? count(row['sessions']) : null,
    skillsUsed: count(row['skills_used']),
    success: count(row['success']),
    softFail: count(row['soft_fail']),
    hardRefusal: count(row['hard_refusal']),
    otherOutcomes: count(row['other']),
    feedback: count(row['feedback']),
    avgRating: numberOrNull(row['avg_rating']),
    unlocks: numberOrNull(row['unlocks']),
    registered: count(row['registered']),
    enabled: count(row['enabled']),
    firstEvent: timeOrNull(row['first_event']),
    lastEvent: timeOrNull(row['last_event']),
  }
}

/** A row for each value of a dimension: days and hours in their order, other values by uses. */
export async function readGroups(question: Question, by: Dimension): Promise<GroupStats[]> {
  const { db, queries } = question
  const { mode } = isInRollups(question, by) ? question : exactly(question)
  const rows = await queries.run(db, 'groups', mode, { ...bindingsOf(question), by })
  return rows.map((row) => ({
    skillId: textOrNull(row['skill_id']),
    key: textOrNull(row['key']),
    uses: count(row['uses']),
    success: count(row['success']),
    softFail: count(row['soft_fail']),
    hardRefusal: count(row['hard_refusal']),
    otherOutcomes: count(row['other']),
    successRatePct: numberOrNull(row['success_rate_pct']),
    avgLatencyMs: numberOrNull(row['avg_latency_ms']),
  }))
}

/**
 * Uses per day of the skill, or of all skills, without gaps from the first day with uses to the last, within the 366 days up to today.
 * The events of other days, whose clock may have been wrong, would make the rest of a chart too small to see.
 */
export async function readDays(question: Question): Promise<{ days: DayPoint[]; otherDays: OtherDays }> {
  const rows = await readGroups({ ...question, limit: Number.MAX_SAFE_INTEGER }, 'day')
  const today = dayIn(question.now, question.timeZone)
  const earliest = addDays(today, 1 - MOST_DAYS)
  const usesOf = (isOther: (day: string) => boolean): number =>
    rows.filter(({ key }) => isOther(key ?? '')).reduce((sum, { uses }) => sum + uses, 0)
  const otherDays = { before: usesOf((day) => day < earliest), after: usesOf((day) => day > today) }
  const known = new Map(rows.flatMap(({ key, uses, success }) => (isWithin(key, earliest, today) ? [[key, { uses, success }]] : [])))
  const [first = today, last = first] = [[...known.keys()].at(0), [...known.keys()].at(-1)]
  const days: DayPoint[] = []
  for (let day = first; known.size > 0 && day <= last; day = addDays(day, 1)) {
    days.push({ day, ...(known.get(day) ?? { uses: 0, success: 0 }) })
  }
  return { days, otherDays }
}

function isWithin(day: string | null, first: string, last: string): day is string {
  return day !== null && day >= first && day <= last
}

/** Sets of skills that succeeded together, the most frequent first. A period cuts sessions, so the events are read for it. */
export async function readCooccurrence(question: Question): Promise<Cooccurrence[]> {
  const mode = isPlain(question) ? question.mode : 'exact'
  const rows = await question.queries.run(
    question.db,
    'cooccurrence',
    mode,
    { ...bindingsOf(question), skill: null },
    {
      skill_set: 'texts',
    },
  )
  return rows.map((row) => ({
    skillSet: row.skill_set,
    tier: textOrNull(row['tier']),
    element: textOrNull(row['element']),
    realm: textOrNull(row['realm']),
    cooccurrenceCount: count(row['cooccurrence_count']),
    distinctUsers: count(row['distinct_users']),
    avgSuccessRate: numberOrNull(row['avg_success_rate']),
    firstObserved: timeOrNull(row['first_observed']),
    lastObserved: timeOrNull(row['last_observed']),
  }))
}

/** The rollups contain days in UTC; hours, and the states of one skill, for all time only; states and hours without filters. */
export function isInRollups({ period, skill, filters, timeZone }: Question, by: Dimension): boolean {
  if ((by === 'day' || by === 'hour') && timeZone !== 'UTC') return false
  const isSummed = by !== 'hour' && !STATES.has(by)
  if (!isSummed && (filters.version !== null || filters.category !== null)) return false
  if (period.since === null && period.until === null) return true
  return isSummed || (by !== 'hour' && skill === null)
}

const STATES: ReadonlySet<Dimension> = new Set(['tier', 'element', 'realm'])
