import { grouped, plural, printable } from '../../../core/text.ts'
import type { Style } from '../../../render/style.ts'
import type { EventLogReport } from '../../../telemetry/import-events.ts'
import { databaseLine, type DatabaseReport } from '../../output/database-view.ts'

const MOST_SHOWN = 20

/** The message for a user who is named in another way. */
const NO_UUID = 'userId is not a UUID'
const UUID_REMEDY = '--user-id-as uuid5 makes UUIDs of names and e-mail addresses'

/** What was refused, then a summary. */
export function logView(
  report: EventLogReport & { database: DatabaseReport | null; source: string; dryRun: boolean },
  style: Style,
): string[] {
  const { database, source, dryRun, errors, rejected, unknownKeys, stopped } = report
  const name = source === '-' ? '<stdin>' : source
  const shown = errors.slice(0, MOST_SHOWN)
  return [
    ...(database === null ? [] : [databaseLine(database, style)]),
    ...shown.map(({ line, column, path, message }) => {
      const place = `${printable(name)}:${line}${column === null ? '' : `:${column}`}`
      return `  ${style.bold(place)} ${style.red('error')} ${printable(path === null ? message : `${path}: ${message}`)}`
    }),
    ...(rejected > shown.length ? [style.dim(`  and ${grouped(rejected - shown.length)} more`)] : []),
    ...(errors.some(({ message }) => message === NO_UUID) ? [style.dim(`  ${UUID_REMEDY}`)] : []),
    ...(unknownKeys.length === 0 ? [] : [style.dim(`  unknown keys, ignored: ${printable(unknownKeys.join(', '))}`)]),
    `${dryRun ? 'checked' : 'logged'}: ${countsOf(report)}${dryRun ? ' (dry run, nothing written)' : ''}`,
    ...(stopped ? [style.yellow('stopped after too many errors: the rest of the input was not read')] : []),
  ]
}

function countsOf({ lines, events, steps, written, repeated, ignored, rejected }: EventLogReport): string {
  const counts: [number, string][] = [
    [written, 'written'],
    [repeated, 'already there'],
    [ignored, 'other lines'],
    [rejected, 'not valid'],
  ]
  const parts = counts.filter(([count]) => count > 0).map(([count, what]) => `, ${grouped(count)} ${what}`)
  return `${plural(events, 'event')}${steps > 0 ? ` with ${plural(steps, 'step')}` : ''} in ${plural(lines, 'line')}${parts.join('')}`
}
