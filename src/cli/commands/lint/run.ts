import type { Settings } from '../../../config/settings.ts'
import { EXIT, SkillsError } from '../../../core/errors.ts'
import { lintSkills as lint } from '../../../registry/lint/lint.ts'
import { readSeverities } from '../../../registry/rules/severities.ts'
import type { LintReport } from '../../../registry/lint/lint.ts'
import { RULES } from '../../../registry/rules/rules.ts'
import type { ReportResult } from '../../../render/reporters/report-run.ts'
import { resultsOf } from '../../../render/reporters/report-run.ts'
import type { CommandResult, CommonFlags, Context, ReadingFlags } from '../../run/context.ts'
import { settingsOf } from '../../run/context.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { lintView } from './view.ts'

export interface LintFlags extends CommonFlags, Pick<ReadingFlags, 'namespace' | 'lenient'> {
  fix?: boolean
  maxWarnings?: string
  notes?: boolean
  config?: string
}

export type Report = LintReport

export const execute: Executor = executor('lint', lintCommand)

async function lintCommand(context: Context, flags: LintFlags, paths: readonly string[]): Promise<CommandResult<Report>> {
  const maxWarnings = readMaximum(flags.maxWarnings)
  // needs no database, so none has to be configured
  const settings: Settings = await settingsOf(context, { ...flags, embedded: 'memory', skills: [...paths] })
  const report = await lint({
    paths: settings.skills.value,
    cwd: context.cwd,
    severities: readSeverities(settings.rules.value, settings.rules.origin),
    namespace: settings.namespace.value,
    lenient: settings.lenient.value,
    fix: flags.fix === true,
    onProgress: ({ done }) => context.progress.update(`read ${done} skills`),
  })
  const tooMany = report.warnings > maxWarnings
  return {
    report,
    findings: report.diagnostics.filter(({ severity }) => severity !== 'note' || flags.notes === true),
    view: (style) => lintView(report, { maxWarnings, fix: flags.fix === true }, style),
    checks: { results: resultsFor(report) },
    exit: report.errors > 0 || tooMany ? EXIT.no : EXIT.ok,
  }
}

const TITLES: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(RULES).map(([code, { title }]) => [code, title]))

/** A report needs something that passed, or an empty one would look as if nothing had run. */
function resultsFor({ skills, invalid, diagnostics }: LintReport): ReportResult[] {
  const title = `${skills - invalid} of ${skills} skills can be used`
  const summary: ReportResult = { code: 'lint', title, group: 'skills', severity: 'note', status: 'ok', messages: [] }
  return [summary, ...resultsOf(diagnostics, TITLES)]
}

function readMaximum(text: string | undefined): number {
  if (text === undefined) return Infinity
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new SkillsError('USAGE', `--max-warnings: "${text}" is not a whole number`, { hint: 'such as --max-warnings 0' })
}
