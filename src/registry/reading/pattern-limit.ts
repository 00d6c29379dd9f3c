import { SkillsError } from '../../core/errors.ts'
import { textBefore } from '../../core/text.ts'

/** The most wildcards of one pattern, and of one part between slashes. */
const MOST_STARS = 6
const MOST_STARS_IN_PART = 3
const MOST_BRACES = 3

/**
 * Why a pattern for files is refused; undefined for any other. A matcher tries each combination of the places of its `*` and
 * `**`, and each combination of its braces: a file of a pull request must not hold a run with `a*a*a*a*a*a*a*b`.
 */
export function patternProblem(pattern: string): string | undefined {
  const counts = pattern.split('/').map((part) => part.match(/\*+/g)?.length ?? 0)
  const stars = counts.reduce((sum, count) => sum + count, 0)
  if (stars > MOST_STARS) return `it has ${stars} wildcards (at most ${MOST_STARS})`
  if (Math.max(...counts) > MOST_STARS_IN_PART) return `it has more than ${MOST_STARS_IN_PART} wildcards between two slashes`
  if ((pattern.match(/[{(]/g)?.length ?? 0) > MOST_BRACES) return `it has more than ${MOST_BRACES} groups`
  if (pattern.split('{').some((part, i) => i > 0 && textBefore(part, '}').includes('..'))) return 'it has a range in braces'
  if (/[+*]\(/.test(pattern)) return 'it has a group that repeats'
  return undefined
}

/** `what` names the pattern. */
export function patternRefused(what: string, problem: string): SkillsError {
  return new SkillsError('CONFIG_INVALID', `the pattern ${what} is refused: ${problem}`, {
    hint: 'write a simpler pattern, or several',
  })
}
