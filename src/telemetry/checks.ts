import { SkillsError } from '../core/errors.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** B-tree keys must stay below 2,704 bytes, and these columns are indexed. */
const LONGEST_NAME = 256
const LONGEST_REASON = 2_000

/** Whether the value is a UUID in its usual form; nothing else may stand for a user. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && value.length === 36 && UUID.test(value)
}

/** Throws EVENT_INVALID unless the value is the UUID of a user. */
export function checkUser(userId: unknown): asserts userId is string {
  if (!isUuid(userId)) throw invalid('userId is not a UUID', 'every call names its user, such as 9f1c1d3e-0000-4000-8000-000000000001')
}

/** Throws EVENT_INVALID unless the value can be the id of a skill. */
export function checkSkill(skillId: unknown): asserts skillId is string {
  const fault = nameFault('skillId', skillId)
  if (fault !== undefined) throw invalid(fault)
}

/** Throws EVENT_INVALID unless the value is a short text. */
export function checkReason(reason: unknown): asserts reason is string {
  if (typeof reason !== 'string' || reason.length > LONGEST_REASON || !isStorable(reason))
    throw invalid(`the reason is not a text of at most ${LONGEST_REASON} characters`)
}

/** What is wrong with a required name; undefined when nothing is. */
export function nameFault(what: string, value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return `${what} is not a text`
  if (value.length > LONGEST_NAME) return `${what} is longer than ${LONGEST_NAME} characters`
  return isStorable(value) ? undefined : `${what} holds characters that a database cannot`
}

/** Neither text nor jsonb takes NUL or half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes('\u0000') && !LONE_SURROGATE.test(text)
}

// with the flag u, a pair is one character and does not match
const LONE_SURROGATE = /\p{Surrogate}/u

export function invalid(message: string, hint?: string): SkillsError {
  return new SkillsError('EVENT_INVALID', message, hint === undefined ? {} : { hint })
}
