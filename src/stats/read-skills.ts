import type { Row } from '../db/db.ts'
import { latencyOf } from './percentiles.ts'
import { addDays, dayOf } from './period.ts'
import type { Question } from './question.ts'
import { bindingsOf } from './question.ts'
import { isPruned } from './read-totals.ts'
import type { Latency, SkillStats } from './report.ts'
import { count, numberOrNull, timeOrNull } from './values.ts'

const RECENT_DAYS = 30

/** A row for each skill, the most used first. */
export async function readSkills(question: Question): Promise<SkillStats[]> {
  const rows = (await skillRows(question, false)).map((row) => toSkillStats(row, question))
  const recent = await readRecent(
    question,
    rows.map(({ skillId }) => skillId),
  )
  return rows.map((row) => ({ ...row, recent: recent.get(row.skillId) ?? row.recent }))
}

/** A row for each version of the skill, the most used first. */
export async function readVersions(question: Question): Promise<(SkillStats & { version: string })[]> {
  const rows = await skillRows({ ...question, limit: 100 }, true)
  return rows.map((row) => ({ ...toSkillStats(row, question), version: String(row['version']) }))
}

function skillRows(question: Question, byVersion: boolean): Promise<Row[]> {
  return question.queries.run(question.db, 'skills', question.mode, { ...bindingsOf(question), by_version: byVersion })
}

function toSkillStats(row: Row, { period, marks }: Question): SkillStats {
  const countable = period.since === null || !isPruned(period.since, marks?.prunedBefore ?? null)
  return {
    skillId: String(row['skill_id']),
    totalUses: count(row['uses']),
    successCount: count(row['success']),
    softFail: count(row['soft_fail']),
    hardRefusal: count(row['hard_refusal']),
    successRatePct: numberOrNull(row['success_rate_pct']),
    avgLatencyMs: numberOrNull(row['avg_latency_ms']),
    latency: toLatency(row),
    feedback: count(row['feedback']),
    avgRating: numberOrNull(row['avg_rating']),
    uniqueUsers: countable ? numberOrNull(row['unique_users']) : null,
    firstUse: timeOrNull(row['first_use']),
    lastUse: timeOrNull(row['last_use']),
    recent: [],
  }
}

function toLatency(row: Row): Latency | null {
  const [min, max] = [numberOrNull(row['latency_min']), numberOrNull(row['latency_max'])]
  const exact = row['percentiles'] as number[] | null
  if (exact === null) return latencyOf(((row['buckets'] as unknown[] | null) ?? []).map(count), min, max)
  const [p50 = 0, p90 = 0, p95 = 0, p99 = 0] = exact.map(Math.round)
  return min === null || max === null ? null : { min, p50, p90, p95, p99, max }
}

/** Uses of each skill for each of the last days, today last. */
async function readRecent(question: Question, skills: readonly string[]): Promise<Map<string, number[]>> {
  if (skills.length === 0) return new Map()
  const to = addDays(dayOf(question.now.getTime()), 1)
  const rows = await question.queries.run(question.db, 'recent', question.mode, {
    ...bindingsOf(question),
    skill: null,
    from_day: addDays(to, -RECENT_DAYS),
    to_day: to,
    skills,
  })
  const recent = new Map(skills.map((skill) => [skill, Array.from({ length: RECENT_DAYS }, () => 0)]))
  for (const row of rows) {
    const days = recent.get(String(row['skill_id']))
    if (days !== undefined) days[count(row['day'])] = count(row['uses'])
  }
  return recent
}
