import { formatDuration } from '../../../core/durations.ts'
import { plural } from '../../../core/text.ts'
import type { Style } from '../../../render/style.ts'
import type { RollupReport } from '../../../stats/rollup.ts'
import type { DatabaseReport } from '../../output/database-view.ts'
import { databaseLine } from '../../output/database-view.ts'

/** What was taken in, and whether there is more. */
export function rollupView(report: RollupReport & { database: DatabaseReport }, style: Style): string[] {
  const { events, feedback, steps, rebuilt, indexes, finished, durationMs } = report
  const took = `${plural(events, 'event')} and ${plural(feedback, 'rating')} in ${plural(steps, 'step')}, ${formatDuration(durationMs)}`
  return [
    databaseLine(report.database, style),
    ...indexes.map((index) => `built the index ${index}`),
    ...(rebuilt ? ['all sums were forgotten and are added up anew'] : []),
    events === 0 && feedback === 0 && finished ? 'rollups are up to date' : `rolled up ${took}`,
    ...(finished ? [] : [style.yellow('the time was up before the end: the next run goes on from here')]),
  ]
}
