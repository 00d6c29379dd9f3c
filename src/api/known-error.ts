import { SkillsError } from '../core/errors.ts'
import { systemError } from '../core/os-error.ts'
import { toSkillsError } from '../db/skills-error.ts'

/** The error in the form that people read, also an error of the server or of the operating system; undefined for a bug. `action` completes `the role cannot ...`. */
export function knownError(error: unknown, action: string): SkillsError | undefined {
  const known = toSkillsError(undefined, error, { action })
  return known instanceof SkillsError ? known : systemError(known)
}
