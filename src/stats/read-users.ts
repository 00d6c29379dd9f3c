import { SkillsError } from '../core/errors.ts'
import { bindingsOf, isPlain, type Question } from './question.ts'
import type { FunnelStage, UserAction } from './report.ts'
import { count, numberOrNull, textOrNull } from './report-query.ts'
import { timeOrNull } from '../core/times.ts'

const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

/** Users of each skill that unlocked it, used it, succeeded with it, and rated it. For a period the events are read. */
export async function readFunnel(question: Question): Promise<FunnelStage[]> {
  const mode = isPlain(question) ? question.mode : 'exact'
  const rows = await question.queries.run(question.db, 'funnel', mode, bindingsOf(question), { skill_id: 'text' })
  return rows.map((row) => ({
    skillId: row.skill_id,
    unlocked: row['open_to_all'] === true ? null : count(row['unlocked']),
    used: count(row['used']),
    succeeded: count(row['succeeded']),
    rated: count(row['rated']),
  }))
}

/** The actions of one user, the latest first. Throws USAGE for an ID that is not a UUID. */
export async function readTimeline(question: Question, user: string): Promise<UserAction[]> {
  const bindings = { ...bindingsOf(question), user: userId(user, '--user') }
  const rows = await question.queries.run(question.db, 'user', undefined, bindings, { skill_id: 'text', kind: 'text' })
  return rows.map((row) => ({
    at: timeOrNull(row['at']),
    kind: row.kind as UserAction['kind'],
    skillId: row.skill_id,
    version: textOrNull(row['version']),
    detail: textOrNull(row['what']) === '' ? null : textOrNull(row['what']),
    latencyMs: numberOrNull(row['latency_ms']),
    rating: numberOrNull(row['rating']),
    sessionId: textOrNull(row['session_id']),
    notes: textOrNull(row['notes']),
  }))
}

/** The ID of a user, checked before it is sent to the database. Throws USAGE. */
export function userId(text: string, what: string): string {
  if (UUID.test(text.trim()))
    return text
      .trim()
      .toLowerCase()
      .replaceAll('-', '')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  throw new SkillsError('USAGE', `invalid ${what} "${text}" (expected a UUID, such as 9f1c1d3e-0000-4000-8000-000000000001)`)
}
