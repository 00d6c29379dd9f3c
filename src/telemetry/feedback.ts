import { checkSkill, checkUser, invalid, isStorable, nameFault } from './checks.ts'

/** What a user says about a skill. */
export interface Feedback {
  /** UUID. */
  userId: string
  skillId: string
  version: string
  /** 1 to 5. */
  rating?: number | null | undefined
  tags?: readonly string[] | undefined
  notes?: string | null | undefined
}

const MOST_TAGS = 50
const LONGEST_TAG = 100
const LONGEST_NOTES = 10_000

/** Throws EVENT_INVALID. */
export function checkFeedback({ userId, skillId, version, rating, tags, notes }: Feedback): void {
  checkUser(userId)
  checkSkill(skillId)
  const fault = nameFault('version', version)
  if (fault !== undefined) throw invalid(fault)
  if (rating !== undefined && rating !== null && !(Number.isInteger(rating) && rating >= 1 && rating <= 5))
    throw invalid('rating is not a whole number from 1 to 5')
  if (tags !== undefined && !(Array.isArray(tags) && tags.length <= MOST_TAGS && tags.every((tag) => isText(tag, LONGEST_TAG))))
    throw invalid(`tags are not at most ${MOST_TAGS} texts of at most ${LONGEST_TAG} characters`)
  if (notes !== undefined && notes !== null && !isText(notes, LONGEST_NOTES))
    throw invalid(`notes are not a text of at most ${LONGEST_NOTES} characters`)
}

function isText(value: unknown, longest: number): boolean {
  return typeof value === 'string' && value.length <= longest && isStorable(value)
}
