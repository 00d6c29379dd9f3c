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

export const execute: Executor = executor('completion', completionCommand)

const SHELLS: Readonly<Record<string, (places: readonly CompletionPlace[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}

function completionCommand(_context: Context, _flags: CommonFlags, [shell = '']: readonly string[]): Promise<CommandResult> {
  const write = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined
  if (write === undefined) {
    throw new SkillsError('USAGE', `there is no completion for "${shell}"`, { hint: 'skills completion bash, zsh or fish' })
  }
  const script = write(completionPlaces(COMMANDS))
  return Promise.resolve({ report: { shell, script }, view: () => script.split('\n') })
}
