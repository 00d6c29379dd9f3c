import { printable } from '../../core/text.ts'
import type { SetReport } from '../../registry/table/set-skills.ts'
import type { Style } from '../../render/style.ts'
import type { DatabaseReport } from '../output/database-view.ts'
import { databaseLine } from '../output/database-view.ts'

/** A line for each skill: what it is now, and what it was. */
export function setView(report: SetReport & { database: DatabaseReport }, style: Style): string[] {
  const word = (value: boolean | number): string =>
    report.field === 'trustLevel' ? `trust level ${value}` : value === true ? 'enabled' : 'disabled'
  return [
    databaseLine(report.database, style),
    ...report.changed.map(({ id, from }) => `  ${printable(id)}: ${style.green(word(report.value))} ${style.dim(`(was ${word(from)})`)}`),
    ...report.unchanged.map((id) => `  ${printable(id)}: ${word(report.value)} ${style.dim('already')}`),
  ]
}
