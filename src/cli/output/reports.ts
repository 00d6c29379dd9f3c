import path from 'node:path'
import { packageVersion } from '../../config/package-files.ts'
import type { Diagnostic } from '../../core/diagnostics.ts'
import type { SkillsError } from '../../core/errors.ts'
import { withoutSecrets } from '../../core/redaction.ts'
import { renderGithub } from '../../render/reporters/github.ts'
import { renderJunit } from '../../render/reporters/junit.ts'
import { isFailure, resultsOf, type ReportResult, type ReportRun } from '../../render/reporters/report-run.ts'
import { renderSarif } from '../../render/reporters/sarif.ts'
import { renderTap } from '../../render/reporters/tap.ts'
import type { ReporterName } from '../parse/common-options.ts'
import type { CommandResult } from './context.ts'

/** The result of a command and facts about the run. */
export interface Finished {
  /** The command, as in `--json`. */
  name: string
  result: CommandResult
  diagnostics: readonly Diagnostic[]
  startedAt: Date
  durationMs: number
}

/** The result in the form that reporters take, without secrets. The results of a command without checks are its diagnostics. */
export function reportRun({ name, result, diagnostics, startedAt, durationMs }: Finished): ReportRun {
  const { checks, error } = result
  return withoutSecrets<ReportRun>({
    name: `skills ${name}`,
    startedAt: startedAt.toISOString(),
    durationMs,
    ...(checks?.properties === undefined ? {} : { properties: checks.properties }),
    results: checks?.results ?? resultsOf(diagnostics),
    ...(error === undefined || isSummary(error, checks?.results, diagnostics) ? {} : { error: reported(error) }),
  })
}

/** The text of a reporter. */
export function renderReport(reporter: Exclude<ReporterName, 'text' | 'json'>, run: ReportRun): string {
  if (reporter === 'junit') return renderJunit(run)
  if (reporter === 'sarif') return renderSarif(run, { name: 'skills', version: packageVersion() })
  return reporter === 'tap' ? renderTap(run) : renderGithub(run).join('\n')
}

/** `21 ok, 2 failed, 1 skipped`. */
export function countResults({ results, error }: ReportRun): string {
  const failed = results.filter(isFailure).length + (error === undefined ? 0 : 1)
  const count = (status: ReportResult['status']): number => results.filter((result) => result.status === status).length
  const noted = results.length - count('ok') - count('skipped') - results.filter(isFailure).length
  return [`${count('ok')} ok`, `${failed} failed`, ...(noted > 0 ? [`${noted} with notes`] : []), `${count('skipped')} skipped`].join(', ')
}

/** GitHub needs paths from the root of the repository, wherever the command runs. */
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

/** Whether the error only summarizes its diagnostics, which are results already. */
function isSummary(error: SkillsError, results: readonly ReportResult[] | undefined, diagnostics: readonly Diagnostic[]): boolean {
  return results === undefined && error.diagnostics.length > 0 && diagnostics.some(({ severity }) => severity === 'error')
}

function reported({ code, message, hint, database }: SkillsError): NonNullable<ReportRun['error']> {
  return { code, message: database === undefined ? message : `${message}\ndatabase: ${database}`, ...(hint === undefined ? {} : { hint }) }
}
