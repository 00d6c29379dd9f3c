import { pruneEvents, rollUp } from '../../../api/events.ts'
import { grouped, plural } from '../../../core/text.ts'
import type { PruneReport } from '../../../stats/prune-events.ts'
import type { CommandResult } from '../../output/context.ts'
import { databaseLine, databaseReport, type WithDatabase } from '../../output/database-view.ts'
import { confirm } from '../../run/confirm.ts'
import { withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'

export type Report = WithDatabase<PruneReport>

export const execute = executor(spec, async (context, flags): Promise<CommandResult<Report>> => {
  const { olderThan: olderThanMs, batch } = flags
  const dryRun = flags.dryRun === true
  return withDatabase(
    context,
    flags,
    async (db) => {
      // events that no rollup contains must not be deleted
      if (!dryRun) {
        context.progress.update('updating the rollups')
        await rollUp(db)
      }
      let done = await pruneEvents(db, { olderThanMs, dryRun: true })
      if (!dryRun && done.events + done.users > 0) {
        context.progress.stop()
        const what = `this permanently deletes ${plural(done.events, 'event')} before ${done.before}, and the IDs of ${plural(done.users, 'user')} without later events, from ${db.info.label}`
        await confirm(context.io, flags, what)
        done = await pruneEvents(db, { olderThanMs, batch, onBatch: (n) => context.progress.update(`deleted ${grouped(n)} events`) })
      }
      const report = { database: databaseReport(db.info), ...done, dryRun }
      const sentence = `${dryRun ? 'would delete' : 'deleted'} ${plural(done.events, 'event')} before ${done.before.slice(0, 10)}, and the IDs of ${plural(done.users, 'user')} without later events; the rollups keep their counts`
      return { report, view: (style) => [databaseLine(report.database, style), sentence] }
    },
    { mustExist: true },
  )
})
