import { SkillsError } from '../core/errors.ts'
import { BOUNDS } from './bounds.ts'

/** What a user says about a skill. */
export interface Feedback {
  /** UUID. */
  userId: string
  skillId: string
  version: string
  /** 1 to 5. */
  rating?: number | null | undefined
  /** At most 32, each of at most 64 bytes in UTF-8. */
  tags?: readonly string[] | undefined
  /** At most 10,000 bytes in UTF-8. */
  notes?: string | null | undefined
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const LONGEST_NOTES = 10_000

/** Whether the value is a UUID in its usual form; users are identified by nothing else. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && value.length === 36 && UUID.test(value)
}

/** Throws EVENT_INVALID unless the value is the UUID of a user. */
export function checkUser(userId: unknown): asserts userId is string {
  if (!isUuid(userId)) throw invalid('userId is not a UUID', 'pass the UUID of the user, such as 9f1c1d3e-0000-4000-8000-000000000001')
}

/** Throws EVENT_INVALID unless the value can be the ID of a skill. */
export function checkSkill(skillId: unknown): asserts skillId is string {
  const problem = nameProblem('skillId', skillId)
  if (problem !== undefined) throw invalid(problem)
}

/** Throws EVENT_INVALID unless the value is a short text. */
export function checkReason(reason: unknown): asserts reason is string {
  if (!isText(reason, BOUNDS.reason)) throw invalid(`reason is not a text of at most ${BOUNDS.reason} bytes`)
}

/** Throws EVENT_INVALID. */
export function checkFeedback({ userId, skillId, version, rating, tags, notes }: Feedback): void {
  checkUser(userId)
  checkSkill(skillId)
  const problem = nameProblem('version', version)
  if (problem !== undefined) throw invalid(problem)
  if (rating !== undefined && rating !== null && !(Number.isInteger(rating) && rating >= 1 && rating <= 5))
    throw invalid('rating is not a whole number from 1 to 5')
  if (tags !== undefined && !(Array.isArray(tags) && tags.length <= BOUNDS.tags && tags.every((tag) => isText(tag, BOUNDS.tag))))
    throw invalid(`tags is not a list of at most ${BOUNDS.tags} texts of at most ${BOUNDS.tag} bytes`)
  if (notes !== undefined && notes !== null && !isText(notes, LONGEST_NOTES))
    throw invalid(`notes is not a text of at most ${LONGEST_NOTES} bytes`)
}

/** What is wrong with a required name; undefined for a valid one. */
export function nameProblem(what: string, value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return `${what} is not a text`
  if (!fits(value, BOUNDS.name)) return `${what} is longer than ${BOUNDS.name} bytes`
  return isStorable(value) ? undefined : `${what} contains characters that a database cannot store`
}

export function invalid(message: string, hint?: string): SkillsError {
  return new SkillsError('EVENT_INVALID', message, hint === undefined ? {} : { hint })
}

/** Whether a text has at most so many bytes in UTF-8. A short text is not measured. */
export function fits(text: string, bytes: number): boolean {
  return text.length * 3 <= bytes || (text.length <= bytes && Buffer.byteLength(text) <= bytes)
}

// with the flag u, a pair is one character and does not match
const LONE_SURROGATE = /\p{Surrogate}/u

function isText(value: unknown, longest: number): boolean {
  return typeof value === 'string' && fits(value, longest) && isStorable(value)
}

/** Neither text nor jsonb accepts NUL or half of a surrogate pair. */
function isStorable(text: string): boolean {
  return !text.includes('\u0000') && !LONE_SURROGATE.test(text)
}
