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
    renamed: style.yellow,
    changed: style.red,
    replaced: style.dim,
  }
  const rows = report.migrations.map((migration) => [paint[migration.state](migration.state), printable(migration.file), noteOf(migration)])
  const count = (wanted: MigrationState): number => report.migrations.filter(({ state }) => state === wanted).length
  const pending = count('pending')
  const changed = count('changed')
  const renamed = count('renamed')
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
    ...report.renamed.map(
      ({ from, to }) => `${style.yellow('renamed')}  ${printable(from)} is ${printable(to)} now: the next run gives its row the new name`,
    ),
    ...hintOf(report).map((line) => style.dim(line)),
    ...(report.foreign === 0
      ? []
      : [style.dim(`${plural(report.foreign, 'row')} of the ledger ${report.foreign === 1 ? 'belongs' : 'belong'} to other migrations`)]),
    ...folderLines(report.folderNotes, style),
    report.upToDate
      ? style.green('up to date')
      : [
          pending > 0 ? `${pending} pending: run skills migrate` : '',
          renamed > 0 ? `${renamed} renamed` : '',
          changed > 0 ? `${changed} changed after it was applied` : '',
        ]
          .filter((part) => part !== '')
          .join(', '),
  ]
}

/** A file that was renamed and changed cannot be recognised. */
function hintOf({ missing, migrations }: StatusReport): string[] {
  const pending = migrations.find(({ state }) => state === 'pending')
  const [from] = missing
  if (from === undefined || pending === undefined) return []
  return [
    `      if a pending file is one of them, renamed and changed: skills migrate repair ${printable(pending.version)} --renamed-from ${printable(from)}`,
  ]
}

/** The time of a row, and what is unusual. */
function noteOf({ state, appliedAt, outOfOrder, recordOnly }: StatusReport['migrations'][number]): string {
  if (appliedAt !== null) return appliedAt.replace(/\.\d+Z$/, 'Z') + (state === 'pending' ? ', changed since' : '')
  if (recordOnly) return 'is recorded, does not run'
  return outOfOrder ? 'out of order' : ''
}
