import type { Question } from './question.ts'
import { bindingsOf, isPruned } from './question.ts'
import type { Totals } from './report.ts'
import { count, numberOrNull, timeOrNull } from './report-query.ts'

/** The totals of all skills in the period. Unlocks are counted on request only, because the query reads each of them. */
export async function readTotals(question: Question, withUnlocks: boolean): Promise<Totals> {
  const { db, queries, mode, period, marks } = question
  const [row = {}] = await queries.run(db, 'totals', mode, { ...bindingsOf(question), skill: null, with_unlocks: withUnlocks })
  const isCountable = !isPruned(period, marks)
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
