import { timeOrNull } from '../core/times.ts'
import { bindingsOf, type Question } from './question.ts'
import type { SessionStats } from './report.ts'
import { count, numberOrNull } from './report-query.ts'

const SESSION = { session_id: 'text', user_id: 'text', skills: 'texts', versions: 'texts', error_types: 'texts' } as const

/** The sessions with events of the question, the latest first. The events are read. */
export async function readSessions(question: Question): Promise<SessionStats[]> {
  const rows = await question.queries.run(question.db, 'sessions', undefined, bindingsOf(question), SESSION)
  return rows.map((row) => ({
    sessionId: row.session_id,
    userId: row.user_id,
    uses: count(row['uses']),
    success: count(row['success']),
    softFail: count(row['soft_fail']),
    hardRefusal: count(row['hard_refusal']),
    skills: row.skills,
    versions: row.versions,
    errorTypes: row.error_types,
    avgLatencyMs: numberOrNull(row['avg_latency_ms']),
    firstUse: timeOrNull(row['first_use']),
    lastUse: timeOrNull(row['last_use']),
  }))
}
