import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { grouped } from '../../../core/text.ts'
import { forgetUser } from '../../../stats/forget-user.ts'
import { confirm } from '../../run/confirm.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../../run/context.ts'
import { withDatabase } from '../../run/context.ts'
import { databaseLine, databaseReport } from '../../output/database-view.ts'
import type { ForgetReport } from '../../../stats/forget-user.ts'
import type { WithDatabase } from '../../output/database-view.ts'

export interface ForgetFlags extends CommonFlags, DatabaseFlags {
  dryRun?: boolean
  yes?: boolean
}

export type Report = WithDatabase<ForgetReport>

export const execute: Executor = executor('forget-user', forgetCommand)

async function forgetCommand(context: Context, flags: ForgetFlags, [user = '']: readonly string[]): Promise<CommandResult<Report>> {
  return withDatabase(
    context,
    flags,
    async (db) => {
      let done = await forgetUser(db, user, { dryRun: true })
      const rows = done.tables.reduce((sum, table) => sum + table.rows, 0)
      if (flags.dryRun !== true && rows > 0) {
        context.progress.stop()
        await confirm(context.io, flags, `this erases ${grouped(rows)} rows of user ${done.userId} from ${db.info.label} for good`)
        done = await forgetUser(db, user)
      }
      const report = { database: databaseReport(db.info), ...done, dryRun: flags.dryRun === true }
      const lines = done.tables.map(({ table, rows: n }) => `  ${table.padEnd(24)} ${grouped(n)}`)
      const head = `${report.dryRun ? 'would erase' : 'erased'} user ${done.userId}; rows:`
      return { report, view: (style) => [databaseLine(report.database, style), head, ...lines] }
    },
    { mustExist: true },
  )
}
