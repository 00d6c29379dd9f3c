import { repair } from '../../../api/repair.ts'
import type { RepairReport } from '../../../migrations/ledger/repair.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import type { WithDatabase } from '../../output/database-view.ts'
import { databaseReport } from '../../output/database-view.ts'
import type { ArgumentsOf, FlagsOf } from '../../parse/spec.ts'
import { confirm } from '../../run/confirm.ts'
import { withDatabase } from '../../run/database.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { repairSentence, repairView } from './view.ts'

export type Report = WithDatabase<RepairReport>

export const execute: Executor = executor(spec, repairCommand)

async function repairCommand(
  context: Context,
  flags: FlagsOf<typeof spec>,
  [version]: ArgumentsOf<typeof spec>,
): Promise<CommandResult<Report>> {
  return withDatabase(
    context,
    flags,
    async (db, settings) => {
      const options = { version, forget: flags.forget === true, migrations: settings.migrations.value, ledger: settings.ledger.value }
      let done: RepairReport = await repair(db, { ...options, dryRun: true })
      if (done.action !== 'none') {
        context.progress.stop()
        await confirm(context.io, flags, repairSentence(done, db.info.label))
        done = await repair(db, options)
      }
      const report = { database: databaseReport(db.info), ...done }
      return { report, view: (style) => repairView(report, style) }
    },
    { purpose: 'migrate' },
  )
}
