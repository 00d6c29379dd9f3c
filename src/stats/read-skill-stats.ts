import { onlyRow, type RowOf } from '../db/columns.ts'
import { latencyOf } from './percentiles.ts'
import { addDays, bindingsOf, DAY_MS, dayOf, exactly, isPruned, periodOf, type Question } from './question.ts'
import type { Latency, SkillPage, SkillStats } from './report.ts'
import { count, numberOrNull } from './report-query.ts'
import { timeOrNull } from '../core/times.ts'

const RECENT_DAYS = 30

/** A row for each skill, the most used first. */
export async function readSkillStats(question: Question): Promise<SkillStats[]> {
  const rows = (await skillRows(question, false)).map((row) => toSkillStats(row, question))
  const recent = await readRecent(
    question,
    rows.map(({ skillId }) => skillId),
  )
  return rows.map((row) => ({ ...row, recent: recent.get(row.skillId) ?? row.recent }))
}

/** The page of a skill, without its row. The rollups contain hours and tags for all time only: for a period the events are read. */
export async function readPage(question: Question, skill: SkillStats | undefined): Promise<SkillPage> {
  const { mode } = question.period.since === null ? question : exactly(question)
  const row = onlyRow(await question.queries.run(question.db, 'page', mode, bindingsOf(question), PAGE))
  const hours = new Map(row.hours.map(([hour, uses]) => [hour, count(uses)]))
  const hoursOfWeek = Array.from({ length: 168 }, (_, hour) => hours.get(hour) ?? 0)
  return {
    registered: row.registered as SkillPage['registered'],
    versions: await readVersions(question),
    outcomes: outcomesOf(skill),
    tags: row.tags.map(([tag, n]) => ({ tag: String(tag), count: count(n) })),
    hoursOfWeek: isPruned(question) ? null : hoursOfWeek,
  }
}

/** A row for each version of the skill of the question, the most used first. */
async function readVersions(question: Question): Promise<(SkillStats & { version: string })[]> {
  const rows = await skillRows({ ...question, limit: 100 }, true)
  return rows.map((row) => ({ ...toSkillStats(row, question), version: String(row['version']) }))
}

const PAGE = { hours: 'lists', tags: 'lists', registered: 'object?' } as const
const SKILL = { skill_id: 'text', buckets: 'lists?', percentiles: 'numbers?' } as const
type SkillRow = RowOf<typeof SKILL>

function skillRows(question: Question, byVersion: boolean): Promise<SkillRow[]> {
  return question.queries.run(question.db, 'skills', question.mode, { ...bindingsOf(question), by_version: byVersion }, SKILL)
}

function toSkillStats(row: SkillRow, question: Question): SkillStats {
  return {
    skillId: row.skill_id,
    totalUses: count(row['uses']),
    successCount: count(row['success']),
    softFail: count(row['soft_fail']),
    hardRefusal: count(row['hard_refusal']),
    successRatePct: numberOrNull(row['success_rate_pct']),
    avgLatencyMs: numberOrNull(row['avg_latency_ms']),
    latency: toLatency(row),
    feedback: count(row['feedback']),
    avgRating: numberOrNull(row['avg_rating']),
    uniqueUsers: isPruned(question) ? null : numberOrNull(row['unique_users']),
    firstUse: timeOrNull(row['first_use']),
    lastUse: timeOrNull(row['last_use']),
    recent: [],
  }
}

function toLatency(row: SkillRow): Latency | null {
  const [min, max] = [numberOrNull(row['latency_min']), numberOrNull(row['latency_max'])]
  const { percentiles: exact, buckets } = row
  if (exact === null)
    return latencyOf(
      (buckets ?? []).map(([bucket, n]) => [count(bucket), count(n)]),
      min,
      max,
    )
  const [p50 = 0, p90 = 0, p95 = 0, p99 = 0] = exact.map(Math.round)
  return min === null || max === null ? null : { min, p50, p90, p95, p99, max }
}

/** Uses per day of each skill in the last days of the period, up to today, the latest last. */
async function readRecent(question: Question, skills: readonly string[]): Promise<Map<string, number[]>> {
  if (skills.length === 0) return new Map()
  const { days, last } = recentDays(question)
  const first = addDays(last, 1 - days)
  const since = new Date(Math.max(Date.parse(first), question.period.since?.getTime() ?? -Infinity))
  const until = new Date(Math.min(Date.parse(addDays(last, 1)), question.period.until?.getTime() ?? Infinity))
  const recent = new Map(skills.map((skill) => [skill, Array.from({ length: days }, () => 0)]))
  if (days === 0) return recent
  const bindings = { ...bindingsOf({ ...question, period: periodOf(since, until) }), skill: null, from_day: first, skills }
  const rows = await question.queries.run(question.db, 'recent', question.mode, bindings, { skill_id: 'text' })
  for (const row of rows) {
    const uses = recent.get(row.skill_id)
    if (uses !== undefined) uses[count(row['day'])] = count(row['uses'])
  }
  return recent
}

/** The last day of the period, not after today, and how many days up to it. */
function recentDays({ now, period: { since, until } }: Question): { days: number; last: string } {
  const end = Math.min(now.getTime(), until === null ? Infinity : until.getTime() - 1)
  const days = since === null ? RECENT_DAYS : 1 + (Date.parse(dayOf(end)) - Date.parse(dayOf(since.getTime()))) / DAY_MS
  return { days: Math.max(0, Math.min(RECENT_DAYS, days)), last: dayOf(end) }
}

function outcomesOf(skill: SkillStats | undefined): SkillPage['outcomes'] {
  const { totalUses = 0, successCount = 0, softFail = 0, hardRefusal = 0 } = skill ?? {}
  const all = [
    { outcome: 'success', uses: successCount },
    { outcome: 'soft_fail', uses: softFail },
    { outcome: 'hard_refusal', uses: hardRefusal },
    { outcome: 'other', uses: totalUses - successCount - softFail - hardRefusal },
  ] as const
  return all.filter(({ outcome, uses }) => uses > 0 || outcome !== 'other')
}
