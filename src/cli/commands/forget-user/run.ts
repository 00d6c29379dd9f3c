import { forgetUser } from '../../../api/events.ts'
import { grouped, plural } from '../../../core/text.ts'
import type { ForgetReport } from '../../../stats/forget-user.ts'
import type { CommandResult } from '../../output/context.ts'
import { databaseLine, databaseReport, type WithDatabase } from '../../output/database-view.ts'
import { confirm } from '../../run/confirm.ts'
import { withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'

export type Report = WithDatabase<ForgetReport>

export const execute = executor(spec, async (context, flags, [user]): Promise<CommandResult<Report>> => {
  return withDatabase(
    context,
    flags,
    async (db) => {
      let done = await forgetUser(db, user, { dryRun: true })
      const count = done.tables.reduce((sum, { rows }) => sum + rows, 0)
      if (flags.dryRun !== true && count > 0) {
        context.progress.stop()
        const what = `this permanently deletes ${plural(count, 'row')} of user ${done.userId} from ${db.info.label}`
        await confirm(context.io, flags, what)
        done = await forgetUser(db, user)
      }
      const report = { database: databaseReport(db.info), ...done, dryRun: flags.dryRun === true }
      const head = `${report.dryRun ? 'would delete' : 'deleted'} user ${done.userId}; rows:`
      const lines = done.tables.map(({ table, rows }) => `  ${table.padEnd(24)} ${grouped(rows)}`)
      return { report, view: (style) => [databaseLine(report.database, style), head, ...lines] }
    },
    { mustExist: true },
  )
})
