import type { Question } from './question.ts'
import { bindingsOf } from './question.ts'
import type { Cooccurrence } from './report.ts'
import { count, numberOrNull, textOrNull, timeOrNull } from './values.ts'

/** Sets of skills that succeeded together, the most frequent first. A period can split a session, so the events are read. */
export async function readCooccurrence(question: Question): Promise<Cooccurrence[]> {
  const mode = question.period.since === null ? question.mode : 'exact'
  const rows = await question.queries.run(question.db, 'cooccurrence', mode, { ...bindingsOf(question), skill: null })
  return rows.map((row) => ({
    skillSet: row['skill_set'] as string[],
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
