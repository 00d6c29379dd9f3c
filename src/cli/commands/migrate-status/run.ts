import { migrationStatus } from '../../../api/migration-status.ts'
import { EXIT } from '../../../core/errors.ts'
import type { StatusReport } from '../../../migrations/ledger/status.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import type { WithDatabase } from '../../output/database-view.ts'
import { databaseReport } from '../../output/database-view.ts'
import type { FlagsOf } from '../../parse/spec.ts'
import { withDatabase } from '../../run/database.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { migrateStatusView } from './view.ts'

export type Report = WithDatabase<StatusReport>

export const execute: Executor = executor(spec, migrateStatusCommand)

async function migrateStatusCommand(context: Context, flags: FlagsOf<typeof spec>): Promise<CommandResult<Report>> {
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
