import path from 'node:path'
import { packageRoot } from '../../config/package-files.ts'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { EXIT, SkillsError, type ExitCode } from '../../core/errors.ts'
import { jsonWithoutSecrets, redact } from '../../core/redaction.ts'
import { plural } from '../../core/text.ts'
import { SourceText } from '../../render/code-frame.ts'
import { leadsOut } from '../../files/inside.ts'
import { readFileInside } from '../../files/regular-file.ts'
import type { Style } from '../../render/style.ts'
import type { Destination, ReporterName } from '../parse/common-options.ts'
import type { OutputFlags } from '../parse/spec.ts'
import { createStyle } from './colors.ts'
import type { Context } from './context.ts'
import { envelope } from './envelope.ts'
import { diagnosticView, errorView, isDetail } from './error-view.ts'
import type { Finished } from './reports.ts'

/** Writes the result to every destination, files first: a file that cannot be written is an error of the result. Returns the exit code. */
export async function print(
  finished: Finished,
  destinations: readonly Destination[],
  flags: OutputFlags,
  context: Context,
): Promise<ExitCode> {
  const { io } = context
  const onGithub = context.env['GITHUB_ACTIONS'] === 'true'
  let printed = await writeFiles(finished, destinations, flags, context)
  const onStdout = destinations.filter(({ file }) => file === undefined).map(({ reporter }) => reporter)
  for (const reporter of onStdout) {
    if (reporter === 'text' && printed.result.document !== undefined) printed = writeDocument(printed, printed.result.document, context)
    else if (reporter === 'text') {
      const view = await viewOf(printed, flags, context)
      if (view !== '') io.out(view)
    } else {
      const text = await report(reporter, printed, context)
      if (text !== '' && reporter === 'github') io.commands(text, 'stdout')
      else if (text !== '') io.document(text)
    }
  }
  // the document contains the diagnostics and the error
  if (!onStdout.includes('json')) {
    const lines = problems(printed, flags, context, await createStyle(io.errColors, io.unicode))
    if (lines.length > 0) io.err(lines.join('\n'))
  }
  if (onGithub && !destinations.some(({ reporter }) => reporter === 'github')) {
    const annotations = await report('github', printed, context)
    if (annotations !== '') io.commands(annotations, 'stderr')
  }
  return exitOf(printed)
}

/** A part that cannot be read is an error of the result. */
function writeDocument(finished: Finished, content: string | Iterable<string>, { io }: Context): Finished {
  try {
    io.document(content)
    return finished
  } catch (error) {
    if (!(error instanceof SkillsError)) throw error
    return { ...finished, result: { ...finished.result, error } }
  }
}

async function writeFiles(
  finished: Finished,
  destinations: readonly Destination[],
  flags: OutputFlags,
  context: Context,
): Promise<Finished> {
  const { io } = context
  const toFiles = destinations.flatMap(({ reporter, file }) => (file === undefined ? [] : [{ reporter, file }]))
  if (toFiles.length === 0) return finished
  const { writeReport } = await import('./write-report.ts')
  const { countResults, reportRun } = await import('./reports.ts')
  try {
    for (const { reporter, file } of toFiles) {
      const text = reporter === 'text' ? redact(await textOf(finished, flags, context)) : await report(reporter, finished, context)
      writeReport(path.resolve(context.cwd, file), text === '' ? '' : `${text}\n`, context.cwd)
      if (flags.quiet !== true) io.err(`wrote ${file} (${reporter}): ${countResults(reportRun(finished))}`)
    }
    return finished
  } catch (error) {
    if (!(error instanceof SkillsError)) throw error
    if (finished.result.error === undefined) {
      const exit = exitOf(finished) === EXIT.ok ? error.exitCode : exitOf(finished)
      return { ...finished, result: { ...finished.result, error, exit } }
    }
    // the result has one error, that of the command
    io.err(errorView(error, await createStyle(io.errColors, io.unicode)).join('\n'))
    return finished
  }
}

/** A form for machines, without secrets. */
async function report(reporter: Exclude<ReporterName, 'text'>, finished: Finished, { cwd, env }: Context): Promise<string> {
  if (reporter === 'json') return jsonWithoutSecrets(document(finished))
  const { fromWorkspace, renderReport, reportRun } = await import('./reports.ts')
  const run = reportRun(finished)
  return renderReport(reporter, FROM_WORKSPACE.has(reporter) ? fromWorkspace(run, cwd, env['GITHUB_WORKSPACE']) : run)
}

/** GitHub reads these, with paths from the root of the repository. */
const FROM_WORKSPACE: ReadonlySet<ReporterName> = new Set(['github', 'sarif'])

function document(finished: Finished): object {
  const { name, result } = finished
  return envelope(name, exitOf(finished) === EXIT.ok, result.report, result.error)
}

function exitOf({ result }: Finished): ExitCode {
  return result.exit ?? result.error?.exitCode ?? EXIT.ok
}

async function viewOf({ result }: Finished, flags: OutputFlags, { io, cwd }: Context): Promise<string> {
  const style = await createStyle(io.outColors, io.unicode)
  return [
    ...findings(result.findings ?? [], flags, cwd, style),
    ...(flags.quiet === true ? [] : (result.view?.(style, io.width) ?? [])),
  ].join('\n')
}

/** What both streams would show a person. */
async function textOf(finished: Finished, flags: OutputFlags, context: Context): Promise<string> {
  const style = await createStyle(flags.color === true, context.io.unicode)
  const view = flags.quiet === true ? [] : (finished.result.view?.(style, Infinity) ?? [])
  return [
    ...findings(finished.result.findings ?? [], flags, context.cwd, style),
    ...view,
    ...problems(finished, flags, context, style),
  ].join('\n')
}

/** Diagnostics with the source around them, then the error. */
function problems({ result, diagnostics }: Finished, flags: OutputFlags, { cwd }: Context, style: Style): string[] {
  const { error } = result
  const separate = diagnostics.filter((diagnostic) => error === undefined || !isDetail(diagnostic, error))
  return [
    ...(result.findings === undefined ? fewFindings(separate, flags, cwd, style) : []),
    ...(error === undefined ? [] : errorView(error, style, (detail) => frameSource(detail, cwd))),
  ]
}

/** Every error, and the first of the other diagnostics: a sync of thousands of skills can give thousands. */
function fewFindings(diagnostics: readonly Diagnostic[], flags: OutputFlags, cwd: string, style: Style): string[] {
  const others = diagnostics.filter(({ severity }) => severity !== 'error')
  if (others.length <= MOST_SHOWN) return findings(diagnostics, flags, cwd, style)
  const shown = new Set(others.slice(0, MOST_SHOWN))
  const few = diagnostics.filter((one) => one.severity === 'error' || shown.has(one))
  const rest = `and ${plural(others.length - MOST_SHOWN, 'warning or note', 'warnings and notes')} more; --json lists all`
  return [...findings(few, flags, cwd, style), ...(flags.quiet === true ? [] : [style.dim(rest)])]
}

const MOST_SHOWN = 50

function findings(diagnostics: readonly Diagnostic[], flags: OutputFlags, cwd: string, style: Style): string[] {
  const shown = flags.quiet === true ? diagnostics.filter(({ severity }) => severity === 'error') : diagnostics
  return shown.flatMap((diagnostic) => diagnosticView(diagnostic, frameSource(diagnostic, cwd), style))
}

/** Larger files get no frame. */
const MAX_BYTES = 4 * 1024 * 1024

/**
 * The text of the file of a diagnostic, for the lines around it; undefined when there is no such text file. The text of a file
 * outside is not shown: a link in a pull request would print the secrets of the machine into a public log. Each file is read once.
 */
function frameSource({ code, file, line }: Diagnostic, cwd: string): SourceText | undefined {
  // a configuration file can contain a password
  if (file === undefined || line === undefined || code === 'CONFIG_INVALID') return undefined
  if (!sources.has(file)) {
    const text = readSource(file, cwd)
    sources.set(file, text === undefined ? undefined : new SourceText(text))
  }
  return sources.get(file)
}

const sources = new Map<string, SourceText | undefined>()

function readSource(file: string, cwd: string): string | undefined {
  // paths of package files are relative to its root
  for (const folder of [cwd, packageRoot()]) {
    const absolute = path.resolve(folder, file)
    try {
      return leadsOut(absolute, folder)
        ? undefined
        : readFileInside(path.dirname(absolute), path.basename(absolute), MAX_BYTES).toString('utf8')
    } catch {
      // try the next folder
    }
  }
  return undefined
}
