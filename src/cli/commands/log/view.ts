import { grouped, plural, printable } from '../../../core/text.ts'
import type { Style } from '../../../render/style.ts'
import type { EventLogReport } from '../../../telemetry/import-events.ts'
import type { DatabaseReport } from '../../output/database-view.ts'
import { databaseLine } from '../../output/database-view.ts'

const MOST_SHOWN = 20

/** The bad lines, then what was written. */
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
    ...(rejected > shown.length ? [style.dim(`  and ${plural(rejected - shown.length, 'bad line')} more`)] : []),
    ...(unknownKeys.length === 0 ? [] : [style.dim(`  keys without a meaning here: ${printable(unknownKeys.join(', '))}`)]),
    `${dryRun ? 'checked' : 'logged'}: ${countsOf(report)}${dryRun ? ' (dry run: nothing was written)' : ''}`,
    ...(stopped ? [style.yellow('stopped at too many bad lines: what comes behind was not read')] : []),
  ]
}

function countsOf({ lines, events, written, repeated, ignored, rejected }: EventLogReport): string {
  const counts: [number, string][] = [
    [written, 'written'],
    [repeated, 'there before'],
    [ignored, 'lines of something else'],
    [rejected, 'bad lines'],
  ]
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `, ${grouped(count)} ${what}`)
  return `${plural(events, 'event')} in ${plural(lines, 'line')}${told.join('')}`
}
