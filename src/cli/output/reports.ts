import path from 'node:path'
import { packageVersion } from '../../config/package-files.ts'
import type { Diagnostic } from '../../core/diagnostics.ts'
import type { SkillsError } from '../../core/errors.ts'
import { withoutSecrets } from '../../core/redaction.ts'
import { renderGithub } from '../../render/reporters/github.ts'
import { renderJunit } from '../../render/reporters/junit.ts'
import type { ReportResult, ReportRun } from '../../render/reporters/report-run.ts'
import { isFailure, resultsOf } from '../../render/reporters/report-run.ts'
import { renderSarif } from '../../render/reporters/sarif.ts'
import { renderTap } from '../../render/reporters/tap.ts'
import type { CommandResult } from './context.ts'
import type { ReporterName } from '../parse/common-options.ts'

/** What a command gave, with what the shell knows of the run. */
export interface Finished {
  /** What `--json` calls the command. */
  name: string
  result: CommandResult
  diagnostics: readonly Diagnostic[]
  startedAt: Date
  durationMs: number
}

/** The result as reporters take it, without secrets. A command that checks nothing has its diagnostics for results. */
export function reportRun({ name, result, diagnostics, startedAt, durationMs }: Finished): ReportRun {
  const { checks, error } = result
  return withoutSecrets<ReportRun>({
    name: `skills ${name}`,
    startedAt: startedAt.toISOString(),
    durationMs,
    ...(checks?.properties === undefined ? {} : { properties: checks.properties }),
    results: checks?.results ?? resultsOf(diagnostics),
    ...(error === undefined || isTold(error, checks?.results, diagnostics) ? {} : { error: reported(error) }),
  })
}

/** One of the forms that are made of nothing but the run. */
export function renderReport(reporter: Exclude<ReporterName, 'text' | 'json'>, run: ReportRun): string {
  if (reporter === 'junit') return renderJunit(run)
  if (reporter === 'sarif') return renderSarif(run, { name: 'skills', version: packageVersion() })
  return reporter === 'tap' ? renderTap(run) : renderGithub(run).join('\n')
}

/** `21 ok, 2 failed, 1 skipped`. */
export function countResults({ results, error }: ReportRun): string {
  const failed = results.filter(isFailure).length + (error === undefined ? 0 : 1)
  const count = (status: ReportResult['status']): number => results.filter((result) => result.status === status).length
  const told = results.length - count('ok') - count('skipped') - results.filter(isFailure).length
  return [`${count('ok')} ok`, `${failed} failed`, ...(told > 0 ? [`${told} with remarks`] : []), `${count('skipped')} skipped`].join(', ')
}

/** GitHub wants paths from the root of the repository, wherever in it the command runs. */
export function fromWorkspace(run: ReportRun, cwd: string, workspace: string | undefined): ReportRun {
  if (workspace === undefined || workspace === '') return run
  const rebase = (file: string): string => path.relative(workspace, path.resolve(cwd, file)).split(path.sep).join('/')
  return {
    ...run,
    results: run.results.map((result) => ({
      ...result,
      messages: result.messages.map((message) => (message.file === undefined ? message : { ...message, file: rebase(message.file) })),
    })),
  }
}

/** An error that only sums its diagnostics up is no result of its own. */
function isTold(error: SkillsError, results: readonly ReportResult[] | undefined, diagnostics: readonly Diagnostic[]): boolean {
  return results === undefined && error.diagnostics.length > 0 && diagnostics.some(({ severity }) => severity === 'error')
}

function reported({ code, message, hint }: SkillsError): NonNullable<ReportRun['error']> {
  return { code, message, ...(hint === undefined ? {} : { hint }) }
}
