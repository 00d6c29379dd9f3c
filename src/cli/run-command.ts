import { readFileSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from '../config/package-files.ts'
import type { Diagnostic } from '../core/diagnostics.ts'
import type { ExitCode } from '../core/errors.ts'
import { EXIT, SkillsError } from '../core/errors.ts'
import { DatabaseError } from '../db/database-error.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import { renderGithubAnnotation } from '../render/github.ts'
import { createStyle } from './colors.ts'
import type { CommandResult, CommonFlags, Context } from './context.ts'
import { interruption } from './interrupt.ts'
import { createIo } from './io.ts'
import { createProgress } from './progress.ts'
import { envelope } from './views/envelope.ts'
import { diagnosticView, errorView } from './views/error.ts'

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

/** Runs a command and prints what it gives: one JSON document, or text. Returns the exit code. */
async function runCommand(name: string, flags: CommonFlags, command: (context: Context) => Promise<CommandResult>): Promise<ExitCode> {
  const { env } = process
  const io = createIo(flags, env)
  const progress = createProgress(io, flags.json === true || flags.quiet === true)
  const context: Context = { env, cwd: process.cwd(), io, progress }
  const result = withInterruption(await attempt(() => command(context)))
  progress.stop()
  const exit = result.exit ?? result.error?.exitCode ?? EXIT.ok
  const diagnostics = diagnosticsOf(result)
  if (flags.json === true) {
    io.json(envelope(name, exit === EXIT.ok, result.report, result.error))
  } else {
    const lines = flags.quiet === true ? [] : (result.view?.(await createStyle(io.outColors), io.width) ?? [])
    if (lines.length > 0) io.out(lines.join('\n'))
    const style = await createStyle(io.errColors)
    const shown = flags.quiet === true ? diagnostics.filter(({ severity }) => severity === 'error') : diagnostics
    for (const diagnostic of shown) io.err(diagnosticView(diagnostic, frameSource(diagnostic, context.cwd), style).join('\n'))
    if (result.error !== undefined) io.err(errorView(result.error, style).join('\n'))
  }
  if (env['GITHUB_ACTIONS'] === 'true') {
    for (const diagnostic of diagnostics.filter(({ severity }) => severity !== 'note')) io.err(renderGithubAnnotation(diagnostic))
  }
  return exit
}

async function attempt(command: () => Promise<CommandResult>): Promise<CommandResult> {
  try {
    return await command()
  } catch (error) {
    if (error instanceof SkillsError) return { report: null, error }
    if (error instanceof DatabaseError && error.code === SQLSTATE.insufficientPrivilege) {
      return {
        report: null,
        error: new SkillsError('PERMISSION_DENIED', error.message, {
          cause: error,
          hint: 'grant the role what it lacks (GRANT SELECT ON ... TO ...), or use another role',
        }),
      }
    }
    if (error instanceof DatabaseError) {
      const hint = error.hint ?? error.detail
      return {
        report: null,
        error: new SkillsError('QUERY_FAILED', `the database refused: ${error.message} (SQLSTATE ${error.code})`, {
          cause: error,
          ...(hint === undefined ? {} : { hint }),
        }),
      }
    }
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

function frameSource({ file, line }: Diagnostic, cwd: string): string | undefined {
  if (file === undefined || line === undefined) return undefined
  // files of the package are named from its root
  for (const folder of [cwd, packageRoot()]) {
    try {
      return readFileSync(path.resolve(folder, file), 'utf8')
    } catch {
      // not there
    }
  }
  return undefined
}
