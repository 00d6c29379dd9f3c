import { SkillsError } from '../core/errors.ts'

/** What a user says about a skill. */
export interface Feedback {
  /** UUID. */
  userId: string
  skillId: string
  version: string
  /** 1 to 5. */
  rating?: number | null | undefined
  /** At most 50, each of at most 100 characters. */
  tags?: readonly string[] | undefined
  /** At most 10,000 characters. */
  notes?: string | null | undefined
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** B-tree keys must be shorter than 2,704 bytes, and these columns are indexed. */
const LONGEST_NAME = 256
const LONGEST_REASON = 2_000
const MOST_TAGS = 50
const LONGEST_TAG = 100
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
  if (!isText(reason, LONGEST_REASON)) throw invalid(`reason is not a text of at most ${LONGEST_REASON} characters`)
}

/** Throws EVENT_INVALID. */
export function checkFeedback({ userId, skillId, version, rating, tags, notes }: Feedback): void {
  checkUser(userId)
  checkSkill(skillId)
  const problem = nameProblem('version', version)
  if (problem !== undefined) throw invalid(problem)
  if (rating !== undefined && rating !== null && !(Number.isInteger(rating) && rating >= 1 && rating <= 5))
    throw invalid('rating is not a whole number from 1 to 5')
  if (tags !== undefined && !(Array.isArray(tags) && tags.length <= MOST_TAGS && tags.every((tag) => isText(tag, LONGEST_TAG))))
    throw invalid(`tags is not a list of at most ${MOST_TAGS} texts of at most ${LONGEST_TAG} characters`)
  if (notes !== undefined && notes !== null && !isText(notes, LONGEST_NOTES))
    throw invalid(`notes is not a text of at most ${LONGEST_NOTES} characters`)
}

/** What is wrong with a required name; undefined for a valid one. */
export function nameProblem(what: string, value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return `${what} is not a text`
  if (value.length > LONGEST_NAME) return `${what} is longer than ${LONGEST_NAME} characters`
  return isStorable(value) ? undefined : `${what} contains characters that a database cannot store`
}

export function invalid(message: string, hint?: string): SkillsError {
  return new SkillsError('EVENT_INVALID', message, hint === undefined ? {} : { hint })
}

// with the flag u, a pair is one character and does not match
const LONE_SURROGATE = /\p{Surrogate}/u

function isText(value: unknown, longest: number): boolean {
  return typeof value === 'string' && value.length <= longest && isStorable(value)
}

/** Neither text nor jsonb accepts NUL or half of a surrogate pair. */
function isStorable(text: string): boolean {
  return !text.includes('\u0000') && !LONE_SURROGATE.test(text)
}
