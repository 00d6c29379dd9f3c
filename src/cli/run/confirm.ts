import { SkillsError } from '../../core/errors.ts'
import type { Io } from '../output/io.ts'

/** Goes on only with `--yes` or with a yes on the terminal. Throws NOT_CONFIRMED. */
export async function confirm(io: Io, flags: { yes?: boolean; json?: boolean }, what: string): Promise<void> {
  if (flags.yes === true) return
  const answer = flags.json === true ? undefined : await io.ask(`${what}. Go on? [y/N] `)
  if (answer !== undefined && /^y(es)?$/i.test(answer.trim())) return
  throw new SkillsError('NOT_CONFIRMED', answer === undefined ? `${what}: not done without being asked for` : 'not done', {
    hint: answer === undefined ? 'nothing was changed; add --yes to do it' : 'nothing was changed',
  })
}
