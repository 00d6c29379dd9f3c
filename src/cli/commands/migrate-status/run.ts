import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { EXIT } from '../../../core/errors.ts'
import { migrationStatus } from '../../../api/migration-status.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../../run/context.ts'
import { withDatabase } from '../../run/context.ts'
import { databaseReport } from '../../output/database-view.ts'
import { migrateStatusView } from './view.ts'
import type { StatusReport } from '../../../migrations/ledger/status.ts'
import type { WithDatabase } from '../../output/database-view.ts'

export interface MigrateStatusFlags extends CommonFlags, DatabaseFlags {
  dir?: string[]
  ledger?: string
  exitCode?: boolean
}

export type Report = WithDatabase<StatusReport>

export const execute: Executor = executor('migrate status', migrateStatusCommand)

async function migrateStatusCommand(context: Context, flags: MigrateStatusFlags): Promise<CommandResult<Report>> {
  return withDatabase(
    context,
    flags,
    async (db, settings) => {
      const status = await migrationStatus(db, { migrations: settings.migrations.value, ledger: settings.ledger.value })
      const report = { database: databaseReport(db.info), ...status }
      const exit = flags.exitCode === true && !status.upToDate ? EXIT.no : EXIT.ok
      return { report, exit, view: (style, width) => migrateStatusView(report, style, width) }
    },
    { mustExist: true },
  )
}
