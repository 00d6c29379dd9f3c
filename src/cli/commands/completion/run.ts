import { COMMANDS } from '../../command-table.ts'
import type { CommandResult } from '../../output/context.ts'
import { bashCompletion } from '../../parse/completion-bash.ts'
import { fishCompletion } from '../../parse/completion-fish.ts'
import { completionPlaces, type CompletionPlace } from '../../parse/completion-words.ts'
import { zshCompletion } from '../../parse/completion-zsh.ts'
import type { ArgumentsOf } from '../../parse/spec.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'

type Shell = ArgumentsOf<typeof spec>[0]

export type Report = { shell: 'bash' | 'zsh' | 'fish'; script: string }

export const execute = executor(spec, (_context, _flags, [shell]): Promise<CommandResult<Report>> => {
  const script = SCRIPTS[shell](completionPlaces(COMMANDS))
  return Promise.resolve({ report: { shell, script }, view: () => script.split('\n') })
})

const SCRIPTS: Readonly<Record<Shell, (places: readonly CompletionPlace[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}
