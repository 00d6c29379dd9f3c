import { onlyRow, type RowOf } from '../db/columns.ts'
import { LATENCY, latencyOfRow } from './percentiles.ts'
import { addDays, bindingsOf, DAY_MS, dayOf, exactly, isPruned, periodOf, type Question } from './question.ts'
import type { SkillPage, SkillStats } from './report.ts'
import { count, numberOrNull } from './report-query.ts'
import { timeOrNull } from '../core/times.ts'

const RECENT_DAYS = 30

/** A row for each skill, the most used first. */
export async function readSkillStats(question: Question): Promise<SkillStats[]> {
  const rows = (await skillRows(question)).map((row) => toSkillStats(row, question))
  const recent = await readRecent(
    question,
    rows.map(({ skillId }) => skillId),
  )
  return rows.map((row) => ({ ...row, recent: recent.get(row.skillId) ?? row.recent }))
}

/** A row for every used skill of the question, without its users and recent days, which are expensive for a period. */
export async function readSkillSums(question: Question): Promise<SkillStats[]> {
  const rows = await skillRows({ ...question, limit: Number.MAX_SAFE_INTEGER }, { withUsers: false })
  return rows.map((row) => ({ ...toSkillStats(row, question), uniqueUsers: null }))
}

/** The enabled skills of the registry that the question is about. */
export async function readEnabledSkills(question: Question): Promise<string[]> {
  const rows = await question.queries.run(question.db, 'enabled', undefined, bindingsOf(question), { skill_id: 'text' })
  return rows.map(({ skill_id }) => skill_id)
}

/** The page of a skill, without its row. The rollups contain hours and tags for all time only: for a period the events are read. */
export async function readPage(question: Question, skill: SkillStats | undefined): Promise<SkillPage> {
  const { mode } = isPageInRollups(question) ? question : exactly(question)
  // the sums are of all time, and the events are not
  const isPartRead = question.mode !== mode && question.period.since === null && question.prunedBefore !== null
  const row = onlyRow(await question.queries.run(question.db, 'page', mode, bindingsOf(question), PAGE))
  const hours = new Map(row.hours.map(([hour, uses]) => [hour, count(uses)]))
  const hoursOfWeek = Array.from({ length: 168 }, (_, hour) => hours.get(hour) ?? 0)
  return {
    registered: row.registered as SkillPage['registered'],
    versions: await readVersions(question),
    outcomes: outcomesOf(skill),
    tags: row.tags.map(([tag, n]) => ({ tag: String(tag), count: count(n) })),
    hoursOfWeek: isPruned(question) || isPartRead ? null : hoursOfWeek,
  }
}

/** The rollups contain hours and tags for all time, all versions and UTC. */
export function isPageInRollups({ period, filters, timeZone }: Question): boolean {
  return period.since === null && filters.version === null && filters.category === null && timeZone === 'UTC'
}

/** A row for each version of the skill of the question, the most used first. */
async function readVersions(question: Question): Promise<(SkillStats & { version: string })[]> {
  const rows = await skillRows({ ...question, limit: 100 }, { byVersion: true })
  return rows.map((row) => ({ ...toSkillStats(row, question), version: String(row['version']) }))
}

const PAGE = { hours: 'lists', tags: 'lists', registered: 'object?' } as const
const SKILL = { skill_id: 'text', ...LATENCY } as const
type SkillRow = RowOf<typeof SKILL>

function skillRows(question: Question, { byVersion = false, withUsers = true } = {}): Promise<SkillRow[]> {
  const bindings = { ...bindingsOf(question), by_version: byVersion, with_users: withUsers }
  return question.queries.run(question.db, 'skills', question.mode, bindings, SKILL)
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
    latency: latencyOfRow(row),
    feedback: count(row['feedback']),
    avgRating: numberOrNull(row['avg_rating']),
    uniqueUsers: isPruned(question) || isUncounted(question) ? null : numberOrNull(row['unique_users']),
    firstUse: timeOrNull(row['first_use']),
    lastUse: timeOrNull(row['last_use']),
    recent: [],
  }
}

/** The users of a skill are stored for all its versions. */
function isUncounted({ mode, period, filters }: Question): boolean {
  return mode === 'rollup' && period.since === null && filters.version !== null
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
