import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { baseline } from '../../../api/baseline.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../../run/context.ts'
import { withDatabase } from '../../run/context.ts'
import { databaseReport } from '../../output/database-view.ts'
import { baselineView } from './view.ts'
import type { BaselineReport } from '../../../migrations/run/baseline.ts'
import type { WithDatabase } from '../../output/database-view.ts'

export interface BaselineFlags extends CommonFlags, DatabaseFlags {
  dir?: string[]
  ledger?: string
  to?: string
  acceptDrift?: boolean
  dryRun?: boolean
}

export type Report = WithDatabase<BaselineReport>

export const execute: Executor = executor('migrate baseline', baselineCommand)

async function baselineCommand(context: Context, flags: BaselineFlags): Promise<CommandResult<Report>> {
  return withDatabase(
    context,
    flags,
    async (db, settings) => {
      const { report, error } = await baseline(db, {
        migrations: settings.migrations.value,
        ledger: settings.ledger.value,
        to: flags.to,
        acceptDrift: flags.acceptDrift === true,
        dryRun: flags.dryRun === true,
      })
      const full = { database: databaseReport(db.info), ...report }
      return { report: full, view: (style) => baselineView(full, style), ...(error === undefined ? {} : { error }) }
    },
    { purpose: 'migrate' },
  )
}
