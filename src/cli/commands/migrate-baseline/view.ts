import { plural, printable } from '../../../core/text.ts'
import type { BaselineReport } from '../../../migrations/run/baseline.ts'
import type { Style } from '../../../render/style.ts'
import { databaseLine, type DatabaseReport } from '../../output/database-view.ts'

/** The differences between database and files, and the recorded versions. */
export function baselineView(
  { database, versions, renamed, differences, notCompared, done }: BaselineReport & { database: DatabaseReport },
  style: Style,
): string[] {
  const found = [
    ...(differences ?? []).map((line) => `  ${style.yellow('differs')} ${printable(line)}`),
    ...notCompared.map((line) => `  ${style.yellow('not compared')} ${printable(line)}`),
  ]
  const equal = differences === null ? '  not compared' : `  ${style.green('the database matches the files')}`
  const compared = found.length === 0 ? [equal] : found
  const verb = done ? style.green('recorded as applied') : style.dim('to record')
  return [
    databaseLine(database, style),
    ...compared,
    ...renamed.map(({ from, to }) => `  ${done ? style.green('renamed') : style.dim('to rename')} ${printable(from)} to ${printable(to)}`),
    ...versions.map((version) => `  ${verb} ${printable(version)}`),
    done
      ? `done: ${plural(versions.length, 'migration')} recorded, none run`
      : versions.length === 0
        ? 'nothing to record'
        : 'nothing was written',
  ]
}
