import { rollUp } from '../../../api/events.ts'
import { formatDuration } from '../../../core/durations.ts'
import { grouped, plural, printable } from '../../../core/text.ts'
import type { Style } from '../../../render/style.ts'
import type { RollupReport } from '../../../stats/rollup.ts'
import type { SetAside } from '../../../stats/set-aside.ts'
import type { CommandResult } from '../../output/context.ts'
import { databaseReport, databaseLine, type WithDatabase, type DatabaseReport } from '../../output/database-view.ts'
import { withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'

export type Report = WithDatabase<RollupReport>

export const execute = executor(spec, async (context, flags): Promise<CommandResult<Report>> => {
  return withDatabase(
    context,
    flags,
    async (db) => {
      context.progress.update('updating the rollups')
      const done = await rollUp(db, {
        batch: flags.batch,
        maxMs: flags.maxTime,
        rebuild: flags.rebuild === true,
        loseHistory: flags.yes === true,
        onStep: ({ events, feedback }) =>
          context.progress.update(`updating the rollups: ${grouped(events)} events, ${grouped(feedback)} feedback`),
      })
      const report = { database: databaseReport(db.info), ...done }
      return { report, view: (style) => rollupView(report, style) }
    },
    { mustExist: true },
  )
})

/** What was added, and whether more is left. */
function rollupView(report: RollupReport & { database: DatabaseReport }, style: Style): string[] {
  const { events, feedback, steps, rebuilt, adopted, foreignRows, setAside, indexes, finished, durationMs } = report
  const took = `${plural(events, 'event')} and ${plural(feedback, 'rating')} in ${plural(steps, 'step')}, ${formatDuration(durationMs)}`
  return [
    databaseLine(report.database, style),
    ...indexes.map((index) => `built the index ${index}`),
    ...(rebuilt ? ['discarded the rollups and rebuilt them'] : []),
    ...(adopted ? ['the rollups were of another server: their sums are kept, and later rows are added'] : []),
    ...(foreignRows > 0 ? [`found ${plural(foreignRows, 'row')} with the transaction ID of another server, and added them`] : []),
    events === 0 && feedback === 0 && finished ? 'rollups are up to date' : `added ${took}`,
    ...setAsideLines(setAside, style),
    ...(finished ? [] : [style.yellow('the time limit was reached: the next run continues from here')]),
  ]
}

const MOST_LINES = 10

function setAsideLines({ rows, listed }: SetAside, style: Style): string[] {
  if (rows === 0) return []
  const lines = listed.slice(0, MOST_LINES).map(({ table, id, reason }) => printable(`  ${table} ${id}: ${reason}`))
  const rest = rows - lines.length
  return [
    style.yellow(`${plural(rows, 'row')} set aside: not in the rollups, and not counted by skills stats`),
    ...lines,
    ...(rest > 0 ? [`  and ${grouped(rest)} more`] : []),
    '  correct or delete them, then run skills rollup --rebuild',
  ]
}
