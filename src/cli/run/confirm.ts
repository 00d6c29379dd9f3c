import { SkillsError } from '../../core/errors.ts'
import type { Io } from '../output/io.ts'

/** Returns only with `--yes`, or after a yes on the terminal. `what` says what is destroyed. Throws NOT_CONFIRMED. */
export async function confirm(io: Io, flags: { yes?: boolean | undefined; json?: boolean | undefined }, what: string): Promise<void> {
  if (flags.yes === true) return
  const answer = flags.json === true ? undefined : await io.ask(`${what}. Continue? [y/N] `)
  if (answer !== undefined && /^y(es)?$/i.test(answer.trim())) return
  if (answer === undefined) throw new SkillsError('NOT_CONFIRMED', `confirmation required: pass --yes; ${what}; nothing was changed`)
  throw new SkillsError('NOT_CONFIRMED', 'not confirmed: nothing was changed')
}
