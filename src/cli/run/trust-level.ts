import { SkillsError } from '../../core/errors.ts'

/** A trust level of the command line. Throws USAGE. */
export function readTrustLevel(text: string, what: string): number {
  if (/^[1-5]$/.test(text)) return Number(text)
  throw new SkillsError('USAGE', `${what}: "${text}" is no trust level`, { hint: 'a trust level is a whole number from 1 to 5' })
}
