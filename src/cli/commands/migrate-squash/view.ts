import type { SquashReport } from '../../../api/squash-migrations.ts'
import { plural, printable } from '../../../core/text.ts'
import { PLAIN, type Style } from '../../../render/style.ts'

/** What was compared, what the new file contains, and what happens to the old ones. */
export function squashView(report: SquashReport, deletes: boolean, style: Style = PLAIN): string[] {
  const { file, replaces, scratch, serverVersion, kept, rows, notCompared, written, deleted } = report
  const old = `${plural(replaces.length, 'migration')}: ${printable(replaces[0] ?? '')} to ${printable(replaces.at(-1) ?? '')}`
  return [
    `replaces ${old}`,
    `${style.green('equal')}: catalogs, rows and sequences, compared in ${printable(scratch)} (PostgreSQL ${printable(serverVersion)})`,
    ...kept.map((one) => `  kept as it is: ${printable(one.statement)} (${printable(one.file)}:${one.line})`),
    ...(rows === 0 ? [] : [`  inserts ${plural(rows, 'row')}`]),
    ...notCompared.map((what) => `  ${style.yellow('not compared')}: ${printable(what)}`),
    written ? `${style.green('wrote')} ${printable(file)}` : `would write ${printable(file)}; nothing was written`,
    ...(deleted.length > 0 ? [`deleted ${plural(deleted.length, 'old file')}`] : []),
    ...(written && !deletes
      ? [style.dim('the old files are not needed in new databases; delete them when every database has them all, or with --delete')]
      : []),
  ]
}
