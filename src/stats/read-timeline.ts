import { SkillsError } from '../core/errors.ts'
import type { Question } from './question.ts'
import { bindingsOf } from './question.ts'
import type { UserAction } from './report.ts'
import { numberOrNull, textOrNull, timeOrNull } from './values.ts'

const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

/** The actions of one user, the latest first. Throws USAGE when the id is not a UUID. */
export async function readTimeline(question: Question, user: string): Promise<UserAction[]> {
  const rows = await question.queries.run(question.db, 'user', undefined, { ...bindingsOf(question), user: userId(user, '--user') })
  return rows.map((row) => ({
    at: timeOrNull(row['at']),
    kind: row['kind'] as UserAction['kind'],
    skillId: String(row['skill_id']),
    version: textOrNull(row['version']),
    detail: textOrNull(row['what']) === '' ? null : textOrNull(row['what']),
    latencyMs: numberOrNull(row['latency_ms']),
    rating: numberOrNull(row['rating']),
    sessionId: textOrNull(row['session_id']),
    notes: textOrNull(row['notes']),
  }))
}

/** The id of a user, checked before it is sent. */
export function userId(text: string, what: string): string {
  if (UUID.test(text.trim())) return text.trim().toLowerCase()
  throw new SkillsError('USAGE', `${what}: "${text}" is not a UUID`, { hint: 'such as 9f1c1d3e-0000-4000-8000-000000000001' })
}
