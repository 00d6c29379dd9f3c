import { grouped, printable } from '../../../core/text.ts'
import type { Change, FieldChange, SyncReport } from '../../../registry/table/sync-report.ts'
import type { Style } from '../../../render/style.ts'
import type { DatabaseReport } from '../../output/database-view.ts'
import { databaseLine } from '../../output/database-view.ts'

const LONGEST_LIST = 50

/** What a sync did, or would do; one line when there was nothing to do. */
export function syncView(report: SyncReport & { database: DatabaseReport }, style: Style): string[] {
  const head = databaseLine(report.database, style)
  const lines = [
    ...list(report.added, (change) => `  ${style.green('+')} ${changeLine(change)}`),
    ...list(report.changed, (change) => `  ${style.yellow('~')} ${changeLine(change)}${fieldsOf(change, style)}`),
    ...list(report.disabled, (id) => `  ${style.red('-')} ${printable(id)} ${style.dim('(disabled: its folder is gone)')}`),
    ...list(report.deleted, (id) => `  ${style.red('-')} ${printable(id)} ${style.dim('(deleted: its folder is gone)')}`),
    ...list(
      report.invalid,
      ({ path, id }) =>
        `  ${style.red('!')} ${printable(path)} ${style.dim(`(invalid${id === undefined ? '' : `, its row ${printable(id)} stays as it is`})`)}`,
    ),
    ...report.operatorOverrides.map(
      ({ id, field, declared, actual }) =>
        `  ${style.dim(`· ${printable(id)}: ${field} is ${String(actual)}, set in the database; the file says ${String(declared)}`)}`,
    ),
    ...withheldLines(report, style),
  ]
  const summary = summaryOf(report, style)
  return lines.length === 0 ? [`${head}: ${summary}`] : [head, ...lines, summary]
}

function withheldLines({ pruneSkipped, withheld }: SyncReport, style: Style): string[] {
  if (pruneSkipped === undefined) return []
  return [
    ...list(withheld, (id) => `  ${style.yellow('?')} ${printable(id)} ${style.dim('(its folder is gone)')}`),
    `  ${style.yellow('withheld')} ${pruneSkipped}`,
    `    ${style.dim('if that is meant: --force-prune. If another project syncs here too: --root-label NAME')}`,
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
  const behind = added.length + changed.length + disabled.length + deleted.length > 0
  if (mode === 'check')
    return behind
      ? `${style.red('the registry is behind the folder')}: ${text}; run skills sync`
      : `${style.green('the registry is level with the folder')}: ${text}`
  if (mode === 'dry-run') return `${text} (dry run: nothing was written)`
  return `${invalid.length + withheld.length > 0 ? style.yellow('synced, but not all') : style.green('synced')}: ${text}`
}

function changeLine({ id, version, path }: Change): string {
  return `${printable(id)} ${printable(version)}${path.endsWith(id) ? '' : ` (${printable(path)})`}`
}

/** `version 1.0.0 -> 1.1.0`; long values and digests by name alone. */
function fieldsOf({ fields }: Change, style: Style): string {
  const told = fields.map(({ field, from, to }: FieldChange) =>
    isShort(from) && isShort(to) && field !== 'sha256' ? `${field} ${String(from)} -> ${String(to)}` : field,
  )
  return told.length === 0 ? '' : ` ${style.dim(`(${printable(told.join(', '))})`)}`
}

function isShort(value: unknown): boolean {
  return (typeof value !== 'object' || value === null) && String(value).length <= 24
}

function list<T>(items: readonly T[], line: (item: T) => string): string[] {
  const shown = items.slice(0, LONGEST_LIST).map(line)
  return items.length > LONGEST_LIST ? [...shown, `    and ${grouped(items.length - LONGEST_LIST)} more`] : shown
}
