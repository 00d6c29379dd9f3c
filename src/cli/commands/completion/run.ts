import { SkillsError } from '../../../core/errors.ts'
import { COMMANDS } from '../../command-table.ts'
import { bashCompletion } from '../../parse/completion-bash.ts'
import { fishCompletion } from '../../parse/completion-fish.ts'
import type { CompletionPlace } from '../../parse/completion-words.ts'
import { completionPlaces } from '../../parse/completion-words.ts'
import { zshCompletion } from '../../parse/completion-zsh.ts'
import type { CommandResult, CommonFlags, Context } from '../../run/context.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'

export type Report = { shell: Shell; script: string }

export const execute: Executor = executor('completion', completionCommand)

type Shell = 'bash' | 'zsh' | 'fish'

const SHELLS: Readonly<Record<Shell, (places: readonly CompletionPlace[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}

function completionCommand(_context: Context, _flags: CommonFlags, [word = '']: readonly string[]): Promise<CommandResult<Report>> {
  const shell = (Object.keys(SHELLS) as Shell[]).find((known) => known === word)
  if (shell === undefined) {
    throw new SkillsError('USAGE', `there is no completion for "${word}"`, { hint: 'skills completion bash, zsh or fish' })
  }
  const script = SHELLS[shell](completionPlaces(COMMANDS))
  return Promise.resolve({ report: { shell, script }, view: () => script.split('\n') })
}
