import path from 'node:path'
import { knownError } from '../../api/known-error.ts'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { nameDatabase, type ExitCode } from '../../core/errors.ts'
import { interruption } from '../live/interrupt.ts'
import type { CommandResult, Context } from '../output/context.ts'
import type { Forms } from '../output/destinations.ts'
import { createIo } from '../output/io.ts'
import { print } from '../output/print.ts'
import { createProgress } from '../output/progress.ts'
import type { Destination } from '../parse/common-options.ts'
import { readInput, type RawInput } from '../parse/read-values.ts'
import type { ArgumentsOf, CommandSpec, FlagsOf, OutputFlags } from '../parse/spec.ts'

/** A command ready for the shell: takes the parsed command line, prints, returns the exit code. */
export type Executor = (input: RawInput) => Promise<ExitCode>

/** Joins a spec with the function that does the work and gets typed flags and arguments. */
export function executor<S extends CommandSpec>(
  spec: S,
  command: (context: Context, flags: FlagsOf<S>, args: ArgumentsOf<S>) => Promise<CommandResult>,
): Executor {
  return async (input) => {
    const { env } = process
    const startedAt = new Date()
    // the text of the options will do: an invalid value must be printed too
    const output: OutputFlags = input.flags
    const io = createIo(output, env)
    const progress = createProgress(io, output.json === true || output.quiet === true)
    // without a working directory the command fails, and is printed
    const context: Context = { env, cwd: path.sep, io, progress }
    let destinations: readonly Destination[] = [{ reporter: output.json === true ? 'json' : 'text' }]
    const result = withInterruption(
      await attempt(spec.name, context, async () => {
        context.cwd = process.cwd()
        const { flags, args } = readInput(spec, input)
        if (hasForms(flags)) destinations = (await import('../output/destinations.ts')).chooseDestinations(flags)
        return command(context, flags, args)
      }),
    )
    progress.stop()
    const durationMs = Date.now() - startedAt.getTime()
    const finished = { name: spec.name, result, diagnostics: diagnosticsOf(result), startedAt, durationMs }
    return print(finished, destinations, output, context)
  }
}

/** Without these options there is nothing to choose, and no reason to load the code that chooses. */
function hasForms(flags: Forms): boolean {
  return flags.reporter !== undefined || flags.output !== undefined
}

async function attempt(name: string, context: Context, command: () => Promise<CommandResult>): Promise<CommandResult> {
  try {
    return await command()
  } catch (caught) {
    const error = knownError(caught, `run skills ${name}`)
    if (error !== undefined) return { report: null, error: nameDatabase(error, context.database) }
    throw caught
  }
}

/** After a signal the error is the signal, and not the statement that it canceled. */
function withInterruption(result: CommandResult): CommandResult {
  const error = interruption(result.error)
  return error === undefined ? result : { ...result, error, exit: error.exitCode }
}

function diagnosticsOf({ report, error }: CommandResult): readonly Diagnostic[] {
  const reported = (report as { diagnostics?: Diagnostic[] } | null)?.diagnostics ?? []
  return reported.length > 0 ? reported : (error?.diagnostics ?? [])
}
