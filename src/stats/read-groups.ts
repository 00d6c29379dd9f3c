import type { Question } from './question.ts'
import { bindingsOf, exactly } from './question.ts'
import type { Dimension, GroupStats } from './report.ts'
import { count, numberOrNull, textOrNull } from './values.ts'

/** What `stats` can group events by, the values of its option `by`. */
export const DIMENSIONS: readonly Dimension[] = ['tier', 'category', 'element', 'realm', 'version', 'outcome', 'day', 'hour']

/** A row for each value of a dimension: days and hours in order, other values by uses. */
export async function readGroups(question: Question, by: Dimension): Promise<GroupStats[]> {
  const { db, queries } = question
  const { mode } = isKept(question, by) ? question : exactly(question)
  const rows = await queries.run(db, 'groups', mode, { ...bindingsOf(question), by })
  return rows.map((row) => ({
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

/** The rollups have hours, and the states of one skill, only for all time. */
function isKept({ period, skill }: Question, by: Dimension): boolean {
  if (period.since === null && period.until === null) return true
  if (by === 'hour') return false
  return skill === null || !['tier', 'element', 'realm'].includes(by)
}
