import { lintMigrations } from '../../../api/lint-migrations.ts'
import { EXIT, SkillsError } from '../../../core/errors.ts'
import { plural } from '../../../core/text.ts'
import type { MigrationLintReport } from '../../../migrations/run/lint-files.ts'
import { resultsOf, type ReportResult } from '../../../render/reporters/report-run.ts'
import type { Style } from '../../../render/style.ts'
import type { CommandResult } from '../../output/context.ts'
import { settingsWithoutDatabase, withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'

export type Report = MigrationLintReport

export const execute = executor(spec, async (context, flags, [paths]): Promise<CommandResult<Report>> => {
  const lint = (configured: readonly string[], more: Omit<Parameters<typeof lintMigrations>[0], 'paths'> = {}): Promise<Report> => {
    const wanted = paths.length > 0 ? paths : configured
    if (wanted.length === 0)
      throw new SkillsError('USAGE', 'no folder of migrations is configured', { hint: 'name it: skills migrate lint db/migrations' })
    return lintMigrations({ paths: wanted, ...more })
  }
  const report =
    flags.pending === true
      ? await withDatabase(
          context,
          flags,
          (db, { migrations, ledger }) => lint(migrations.value, { pendingIn: db, ledger: ledger.value }),
          { creates: false },
        )
      : await lint((await settingsWithoutDatabase(context, flags)).migrations.value)
  const { maxWarnings = Infinity } = flags
  return {
    report,
    findings: report.diagnostics,
    view: (style) => [summary(report, maxWarnings, flags.pending === true, style)],
    checks: { results: resultsFor(report) },
    exit: report.errors > 0 || report.warnings > maxWarnings ? EXIT.no : EXIT.ok,
  }
})

/** The first result is a pass: without it a report without findings looks as if nothing had run. */
function resultsFor({ files, diagnostics }: Report): ReportResult[] {
  const title = plural(files, 'migration') + ' read'
  return [{ code: 'migrate-lint', title, group: 'migrations', severity: 'note', status: 'ok', messages: [] }, ...resultsOf(diagnostics)]
}

function summary({ files, errors, warnings, ignored }: Report, maxWarnings: number, pending: boolean, style: Style): string {
  const counts = [
    errors > 0 ? style.red(plural(errors, 'error')) : '',
    warnings > 0 ? style.yellow(plural(warnings, 'warning')) : '',
  ].filter((part) => part !== '')
  const problems = counts.length === 0 ? style.green('no problems') : counts.join(', ')
  const accepted = ignored > 0 ? `, ${plural(ignored, 'hazard')} ignored by comments` : ''
  const tooMany = warnings > maxWarnings ? `; --max-warnings allows ${maxWarnings} warnings` : ''
  return `${plural(files, pending ? 'pending migration' : 'migration')}: ${problems}${accepted}${tooMany}`
}
