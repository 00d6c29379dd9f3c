import { lint } from '../../../api/lint.ts'
import { readSeverities, rules } from '../../../api/rules.ts'
import { EXIT } from '../../../core/errors.ts'
import { plural, printable } from '../../../core/text.ts'
import type { LintReport } from '../../../registry/lint/lint.ts'
import { resultsOf, type ReportResult } from '../../../render/reporters/report-run.ts'
import type { Style } from '../../../render/style.ts'
import type { CommandResult } from '../../output/context.ts'
import { settingsWithoutDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'

export type Report = LintReport

export const execute = executor(spec, async (context, flags, [paths]): Promise<CommandResult<Report>> => {
  const { maxWarnings = Infinity } = flags
  const files = flags.isolated === true ? { config: false, envFile: false } : {}
  const settings = await settingsWithoutDatabase(context, { ...flags, ...files, skills: paths })
  const report = await lint({
    paths: settings.skills.value,
    cwd: context.cwd,
    severities: readSeverities(settings.rules.value, settings.rules.origin),
    namespace: settings.namespace.value,
    lenient: settings.lenient.value,
    fix: flags.fix === true,
    onProgress: ({ done }) => context.progress.update(`read ${done} skills`),
  })
  return {
    report,
    findings: report.diagnostics.filter(({ severity }) => severity !== 'note' || flags.notes === true),
    view: (style) => lintView(report, { maxWarnings, fix: flags.fix === true }, style),
    checks: { results: resultsFor(report) },
    exit: report.errors > 0 || report.warnings > maxWarnings ? EXIT.no : EXIT.ok,
  }
})

/** The first result is a pass: without it a report without findings looks as if nothing had run. */
function resultsFor({ skills, invalid, diagnostics }: LintReport): ReportResult[] {
  const title = `${skills - invalid} of ${skills} skills are valid`
  const summary: ReportResult = { code: 'lint', title, group: 'skills', severity: 'note', status: 'ok', messages: [] }
  return [summary, ...resultsOf(diagnostics, Object.fromEntries(rules().map((rule) => [rule.code, rule.title])))]
}

/** The fixed files and a summary. The diagnostics are printed above. */
function lintView(report: LintReport, { maxWarnings, fix }: { maxWarnings: number; fix: boolean }, style: Style): string[] {
  const { skills, errors, warnings, notes, fixed, fixable } = report
  const counts = [
    errors > 0 ? style.red(plural(errors, 'error')) : '',
    warnings > 0 ? style.yellow(plural(warnings, 'warning')) : '',
    notes > 0 ? plural(notes, 'note') : '',
  ].filter((part) => part !== '')
  const tooMany = warnings > maxWarnings ? `; --max-warnings allows ${maxWarnings} warnings` : ''
  const hint = fixable > 0 && !fix ? [style.dim(`${plural(fixable, 'finding')} can be fixed: run skills lint --fix`)] : []
  return [
    ...fixed.map(({ file, codes }) => `${style.green('fixed')} ${printable(file)} ${style.dim(`(${codes.join(', ')})`)}`),
    `${plural(skills, 'skill')}: ${counts.length === 0 ? style.green('no problems') : counts.join(', ')}${tooMany}`,
    ...hint,
  ]
}
