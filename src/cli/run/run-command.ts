import type { Diagnostic } from '../../core/diagnostics.ts'
import type { ExitCode } from '../../core/errors.ts'
import { SkillsError } from '../../core/errors.ts'
import { toSkillsError } from '../../db/skills-error.ts'
import type { CommandResult, CommonFlags, Context } from './context.ts'
import type { Destination, ReporterFlags } from '../output/destinations.ts'
import { interruption } from '../live/interrupt.ts'
import { createIo } from '../output/io.ts'
import { createProgress } from '../output/progress.ts'
import { tell } from '../output/print.ts'

/** A command ready for the shell: takes the parsed command line, prints, gives the exit code. */
export type Executor = (flags: object, args: readonly string[]) => Promise<ExitCode>

/** Makes a command's function an `Executor`. `name` is what `--json` calls it. */
export function executor<F extends CommonFlags>(
  name: string,
  command: (context: Context, flags: F, args: readonly string[]) => Promise<CommandResult>,
): Executor {
  // commander has parsed the flags as the options say, which is what F describes
  return (flags, args) => runCommand(name, flags as F, (context) => command(context, flags as F, args))
}

/** Runs a command and tells what it gives, in the forms that were asked for. Returns the exit code. */
async function runCommand(name: string, flags: CommonFlags, command: (context: Context) => Promise<CommandResult>): Promise<ExitCode> {
  const { env } = process
  const startedAt = new Date()
  const io = createIo(flags, env)
  const progress = createProgress(io, flags.json === true || flags.quiet === true)
  const context: Context = { env, cwd: process.cwd(), io, progress }
  let destinations: readonly Destination[] = [{ reporter: flags.json === true ? 'json' : 'text' }]
  const result = withInterruption(
    await attempt(name, async () => {
      if (asksForReports(flags)) destinations = (await import('../output/destinations.ts')).chooseDestinations(flags)
      return command(context)
    }),
  )
  progress.stop()
  const finished = { name, result, diagnostics: diagnosticsOf(result), startedAt, durationMs: Date.now() - startedAt.getTime() }
  return tell(finished, destinations, flags, context)
}

/** Without one of these there is nothing to choose, and no reason to load what chooses. */
function asksForReports({ reporter, output }: ReporterFlags): boolean {
  return reporter !== undefined || output !== undefined
}

async function attempt(name: string, command: () => Promise<CommandResult>): Promise<CommandResult> {
  try {
    return await command()
  } catch (caught) {
    const error = toSkillsError(undefined, caught, { action: `run skills ${name}` })
    if (error instanceof SkillsError) return { report: null, error }
    throw error
  }
}

/** After a signal that is the news, and not the statement that was cancelled for it. */
function withInterruption(result: CommandResult): CommandResult {
  const error = interruption(result.error)
  return error === undefined ? result : { ...result, error, exit: error.exitCode }
}

function diagnosticsOf({ report, error }: CommandResult): readonly Diagnostic[] {
  const reported = (report as { diagnostics?: Diagnostic[] } | null)?.diagnostics ?? []
  return reported.length > 0 ? reported : (error?.diagnostics ?? [])
}
