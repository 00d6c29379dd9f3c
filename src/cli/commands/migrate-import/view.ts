import { DEFAULT_LEDGER } from '../../../config/settings.ts'
import { plural, printable } from '../../../core/text.ts'
import type { MigrationImportReport } from '../../../migrations/import/import-migrations.ts'
import type { Style } from '../../../render/style.ts'
import { databaseLine, type DatabaseReport } from '../../output/database-view.ts'

/** A line for each file, what was recorded, and the next command. */
export function migrateImportView(report: MigrationImportReport & { database: DatabaseReport | null }, style: Style): string[] {
  const { database, migrations, missing, dryRun, fromLedger, ledger, into, from } = report
  const recorded = migrations.filter((one) => one.recorded).length
  const written = migrations.filter((one) => one.written).length
  const pending = migrations.filter(({ state }) => state === 'pending').length
  const would = dryRun ? 'would be ' : ''
  return [
    ...(database === null ? [] : [databaseLine(database, style)]),
    ...migrations.map(
      (one) =>
        `  ${one.written ? style.green('+') : style.dim('=')} ${printable(one.file)} ${style.dim(`from ${printable(one.from)}`)}${one.state === null ? '' : `  ${one.state === 'applied' ? style.green('applied') : style.yellow('pending')}`}`,
    ),
    ...missing.map((key) => `${style.yellow('gone')}  ${printable(key)}: applied by ${from}, but its file does not exist`),
    `${plural(written, 'file')} ${would}written${ledger === null ? '' : `, ${plural(recorded, 'row')} ${would}recorded in ${printable(ledger)}, ${pending} pending`}`,
    ...(fromLedger === null ? [] : [style.dim(`the files of ${from} and its ledger ${printable(fromLedger)} are unchanged`)]),
    ...(dryRun ? [] : [style.dim(`review the files, then run skills migrate --dir ${printable(into)}${ledgerOption(ledger)}`)]),
  ]
}

function ledgerOption(ledger: string | null): string {
  return ledger === null || ledger === DEFAULT_LEDGER ? '' : ` --ledger ${printable(ledger)}`
}
