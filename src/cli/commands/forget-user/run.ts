import path from 'node:path'
import { forgetUser, type ForgetUserReport } from '../../../api/events.ts'
import { grouped, plural } from '../../../core/text.ts'
import type { CommandResult } from '../../output/context.ts'
import { databaseLine, databaseReport, type WithDatabase } from '../../output/database-view.ts'
import { confirm } from '../../run/confirm.ts'
import { withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'

export type Report = WithDatabase<ForgetUserReport>

export const execute = executor(spec, async (context, flags, [user]): Promise<CommandResult<Report>> => {
  return withDatabase(
    context,
    flags,
    async (db) => {
      const spill = flags.spill === undefined ? [] : [path.resolve(context.cwd, flags.spill)]
      let done = await forgetUser(db, user, { dryRun: true, spill })
      if (flags.dryRun !== true) {
        const count = done.tables.reduce((sum, { rows }) => sum + rows, 0)
        const lines = done.spill.reduce((sum, { lines: some }) => sum + some, 0)
        if (count + lines > 0) {
          context.progress.stop()
          const files = lines === 0 ? '' : ` and ${plural(lines, 'line')} of spill files`
          await confirm(
            context.io,
            flags,
            `this permanently deletes ${plural(count, 'row')} of user ${done.userId} from ${db.info.label}${files}`,
          )
        }
        // also without a row: an event of this user can be in a spill file of another machine
        done = await forgetUser(db, user, { spill })
      }
      const report = { database: databaseReport(db.info), ...done, dryRun: flags.dryRun === true }
      const head = `${report.dryRun ? 'would delete' : 'deleted'} user ${done.userId}; rows:`
      const lines = done.tables.map(({ table, rows }) => `  ${table.padEnd(24)} ${grouped(rows)}`)
      for (const { folder, files, lines: some } of done.spill)
        lines.push(`  ${folder}: ${plural(some, 'line')} of ${plural(files, 'file')}`)
      return { report, view: (style) => [databaseLine(report.database, style), head, ...lines] }
    },
    { mustExist: true },
  )
})
