import { rollUp } from '../../../api/events.ts'
import { grouped } from '../../../core/text.ts'
import type { RollupReport } from '../../../stats/rollup.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import type { WithDatabase } from '../../output/database-view.ts'
import { databaseReport } from '../../output/database-view.ts'
import type { FlagsOf } from '../../parse/spec.ts'
import { withDatabase } from '../../run/database.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { rollupView } from './view.ts'

export type Report = WithDatabase<RollupReport>

export const execute: Executor = executor(spec, rollupCommand)

async function rollupCommand(context: Context, flags: FlagsOf<typeof spec>): Promise<CommandResult<Report>> {
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
}
