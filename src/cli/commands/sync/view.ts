import { grouped, printable } from '../../../core/text.ts'
import type { Change, FieldChange, SyncReport } from '../../../registry/table/sync-report.ts'
import type { Style } from '../../../render/style.ts'
import { databaseLine, type DatabaseReport } from '../../output/database-view.ts'

const LONGEST_LIST = 50

/** What a sync did, or would do: one line when there was nothing to do. */
export function syncView(report: SyncReport & { database: DatabaseReport }, style: Style): string[] {
  const head = databaseLine(report.database, style)
  const lines = [
    ...list(report.added, (change) => `  ${style.green('+')} ${changeLine(change)}`),
    ...list(report.changed, (change) => `  ${style.yellow('~')} ${changeLine(change)}${fieldsOf(change, style)}`),
    ...list(report.disabled, (id) => `  ${style.red('-')} ${printable(id)} ${style.dim('(disabled: its folder no longer exists)')}`),
    ...list(report.deleted, (id) => `  ${style.red('-')} ${printable(id)} ${style.dim('(deleted: its folder no longer exists)')}`),
    ...list(
      report.invalid,
      ({ path, id }) =>
        `  ${style.red('!')} ${printable(path)} ${style.dim(`(invalid${id === undefined ? '' : `, its row ${printable(id)} is unchanged`})`)}`,
    ),
    ...report.operatorOverrides.map(
      ({ id, field, declared, actual }) =>
        `  ${style.dim(`· ${printable(id)}: ${field} is ${String(actual)}, set in the database; ${String(declared)} in the file`)}`,
    ),
    ...withheldLines(report, style),
  ]
  const summary = summaryOf(report, style)
  return lines.length === 0 ? [`${head}: ${summary}`] : [head, ...lines, summary]
}

function withheldLines({ pruneSkipped, withheld }: SyncReport, style: Style): string[] {
  if (pruneSkipped === undefined) return []
  return [
    ...list(withheld, (id) => `  ${style.yellow('?')} ${printable(id)} ${style.dim('(its folder no longer exists)')}`),
    `  ${style.yellow('withheld')} ${pruneSkipped}`,
    `    ${style.dim('to prune anyway, pass --force-prune; if another project syncs to this registry, pass --root-label NAME')}`,
  ]
}

function summaryOf(report: SyncReport, style: Style): string {
  const { added, changed, unchanged, disabled, deleted, invalid, withheld, mode } = report
  const counts = [
    [added.length, 'added'],
    [changed.length, 'changed'],
    [unchanged, 'unchanged'],
    [disabled.length, 'disabled'],
    [deleted.length, 'deleted'],
    [invalid.length, 'invalid'],
    [withheld.length, 'withheld'],
  ] as const
  const text = counts
    .filter(([count, what]) => count > 0 || what === 'unchanged')
    .map(([count, what]) => `${grouped(count)} ${what}`)
    .join(', ')
  const isOutOfDate = added.length + changed.length + disabled.length + deleted.length > 0
  if (mode === 'check')
    return isOutOfDate
      ? `${style.red('the registry is out of date')}: ${text}; run skills sync`
      : `${style.green('the registry is up to date')}: ${text}`
  if (mode === 'dry-run') return `${text} (dry run, nothing written)`
  return `${invalid.length + withheld.length > 0 ? style.yellow('synced in part') : style.green('synced')}: ${text}`
}

function changeLine({ id, version, path }: Change): string {
  return `${printable(id)} ${printable(version)}${path.endsWith(id) ? '' : ` (${printable(path)})`}`
}

/** `version 1.0.0 -> 1.1.0`; of long values and digests only the name. */
function fieldsOf({ fields }: Change, style: Style): string {
  const parts = fields.map(({ field, from, to }: FieldChange) =>
    isShort(from) && isShort(to) && field !== 'sha256' ? `${field} ${String(from)} -> ${String(to)}` : field,
  )
  return parts.length === 0 ? '' : ` ${style.dim(`(${printable(parts.join(', '))})`)}`
}

function isShort(value: unknown): boolean {
  return (typeof value !== 'object' || value === null) && String(value).length <= 24
}

function list<T>(items: readonly T[], line: (item: T) => string): string[] {
  const shown = items.slice(0, LONGEST_LIST).map(line)
  return items.length > LONGEST_LIST ? [...shown, `    and ${grouped(items.length - LONGEST_LIST)} more`] : shown
}
