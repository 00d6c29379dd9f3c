import { plural, printable } from '../../../core/text.ts'
import type { MigrationState } from '../../../migrations/ledger/plan.ts'
import type { StatusReport } from '../../../migrations/ledger/status.ts'
import type { Style } from '../../../render/style.ts'
import { renderTable } from '../../../render/table.ts'
import { folderLines } from '../../output/folder-lines.ts'
import { databaseLine, type DatabaseReport } from '../../output/database-view.ts'

/** A row per migration. */
export function migrateStatusView(report: StatusReport & { database: DatabaseReport }, style: Style, width: number): string[] {
  const paint: Record<MigrationState, (text: string) => string> = {
    applied: style.green,
    adopted: style.green,
    pending: style.yellow,
    changed: style.red,
    replaced: style.dim,
  }
  const rows = report.migrations.map((migration) => [paint[migration.state](migration.state), printable(migration.file), noteOf(migration)])
  const count = (wanted: MigrationState): number => report.migrations.filter(({ state }) => state === wanted).length
  const pending = count('pending')
  const changed = count('changed')
  return [
    databaseLine(report.database, style),
    ...renderTable(
      [{ title: 'state' }, { title: 'migration', shrink: true, least: 56 }, { title: 'applied at', optional: true }],
      rows,
      width,
      style,
    ),
    ...report.conflicts.map(
      ({ version, applied, missing }) =>
        `${style.red('conflict')}  ${printable(version)} replaces ${printable(applied.join(', '))} (applied) and ${printable(missing.join(', '))} (not applied)`,
    ),
    ...report.missing.map((version) => `${style.yellow('gone')}  ${printable(version)}: applied, but its file does not exist`),
    ...(report.foreign === 0
      ? []
      : [style.dim(`${plural(report.foreign, 'row')} of the ledger ${report.foreign === 1 ? 'belongs' : 'belong'} to other migrations`)]),
    ...folderLines(report.folderNotes, style),
    report.upToDate
      ? style.green('up to date')
      : [pending > 0 ? `${pending} pending: run skills migrate` : '', changed > 0 ? `${changed} changed after it was applied` : '']
          .filter((part) => part !== '')
          .join(', '),
  ]
}

/** The time of a row, and what is unusual. */
function noteOf({ state, appliedAt, outOfOrder, recordOnly }: StatusReport['migrations'][number]): string {
  if (appliedAt !== null) return appliedAt.replace(/\.\d+Z$/, 'Z') + (state === 'pending' ? ', changed since' : '')
  if (recordOnly) return 'is recorded, does not run'
  return outOfOrder ? 'out of order' : ''
}
