import { SkillsError } from '../../core/errors.ts'
import { COMMANDS } from '../command-table.ts'
import { bashCompletion } from '../completion-bash.ts'
import type { CommandResult, CommonFlags, Context } from '../context.ts'
import type { Executor } from '../run-command.ts'
import { executor } from '../run-command.ts'

export const execute: Executor = executor('completion', completionCommand)

function completionCommand(_context: Context, _flags: CommonFlags, [shell = '']: readonly string[]): Promise<CommandResult> {
  if (shell !== 'bash') {
    throw new SkillsError('USAGE', `there is no completion for "${shell}"`, { hint: 'skills completion bash' })
  }
  const script = bashCompletion(COMMANDS)
  return Promise.resolve({ report: { shell, script }, view: () => script.split('\n') })
}
