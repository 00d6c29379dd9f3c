import { formatDuration } from '../../../core/durations.ts'
import { plural } from '../../../core/text.ts'
import type { Style } from '../../../render/style.ts'
import type { RollupReport } from '../../../stats/rollup.ts'
import type { DatabaseReport } from '../../output/database-view.ts'
import { databaseLine } from '../../output/database-view.ts'

/** What was added, and whether more is left. */
export function rollupView(report: RollupReport & { database: DatabaseReport }, style: Style): string[] {
  const { events, feedback, steps, rebuilt, indexes, finished, durationMs } = report
  const took = `${plural(events, 'event')} and ${plural(feedback, 'rating')} in ${plural(steps, 'step')}, ${formatDuration(durationMs)}`
  return [
    databaseLine(report.database, style),
    ...indexes.map((index) => `built the index ${index}`),
    ...(rebuilt ? ['discarded the rollups and rebuilt them'] : []),
    events === 0 && feedback === 0 && finished ? 'rollups are up to date' : `added ${took}`,
    ...(finished ? [] : [style.yellow('the time limit was reached: the next run continues from here')]),
  ]
}
