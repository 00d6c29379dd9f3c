import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { repair } from '../../../api/repair.ts'
import type { RepairReport } from '../../../migrations/ledger/repair.ts'
import { confirm } from '../../run/confirm.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../../run/context.ts'
import { withDatabase } from '../../run/context.ts'
import { databaseReport } from '../../output/database-view.ts'
import { repairSentence, repairView } from './view.ts'
import type { WithDatabase } from '../../output/database-view.ts'

export interface RepairFlags extends CommonFlags, DatabaseFlags {
  dir?: string[]
  ledger?: string
  forget?: boolean
  yes?: boolean
}

export type Report = WithDatabase<RepairReport>

export const execute: Executor = executor('migrate repair', repairCommand)

async function repairCommand(context: Context, flags: RepairFlags, [version = '']: readonly string[]): Promise<CommandResult<Report>> {
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
