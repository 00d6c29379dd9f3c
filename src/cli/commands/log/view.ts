import { grouped, plural, printable } from '../../../core/text.ts'
import type { Style } from '../../../render/style.ts'
import type { EventLogReport } from '../../../telemetry/import-events.ts'
import { databaseLine, type DatabaseReport } from '../../output/database-view.ts'

const MOST_SHOWN = 20

/** The invalid lines, then a summary. */
export function logView(
  report: EventLogReport & { database: DatabaseReport | null; source: string; dryRun: boolean },
  style: Style,
): string[] {
  const { database, source, dryRun, errors, rejected, unknownKeys, stopped } = report
  const name = source === '-' ? '<stdin>' : source
  const shown = errors.slice(0, MOST_SHOWN)
  return [
    ...(database === null ? [] : [databaseLine(database, style)]),
    ...shown.map(
      ({ line, column, message }) =>
        `  ${style.bold(`${printable(name)}:${line}${column === null ? '' : `:${column}`}`)} ${style.red('error')} ${printable(message)}`,
    ),
    ...(rejected > shown.length ? [style.dim(`  and ${plural(rejected - shown.length, 'invalid line')} more`)] : []),
    ...(unknownKeys.length === 0 ? [] : [style.dim(`  unknown keys, ignored: ${printable(unknownKeys.join(', '))}`)]),
    `${dryRun ? 'checked' : 'logged'}: ${countsOf(report)}${dryRun ? ' (dry run, nothing written)' : ''}`,
    ...(stopped ? [style.yellow('stopped after too many invalid lines: the rest of the input was not read')] : []),
  ]
}

function countsOf({ lines, events, written, repeated, ignored, rejected }: EventLogReport): string {
  const counts: [number, string][] = [
    [written, 'written'],
    [repeated, 'already there'],
    [ignored, 'other lines'],
    [rejected, 'invalid lines'],
  ]
  const parts = counts.filter(([count]) => count > 0).map(([count, what]) => `, ${grouped(count)} ${what}`)
  return `${plural(events, 'event')} in ${plural(lines, 'line')}${parts.join('')}`
}
