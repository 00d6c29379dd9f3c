import { migrationStatus } from '../../../api/migration-status.ts'
import { EXIT } from '../../../core/errors.ts'
import type { StatusReport } from '../../../migrations/ledger/status.ts'
import type { CommandResult } from '../../output/context.ts'
import { databaseReport, type WithDatabase } from '../../output/database-view.ts'
import { withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { migrateStatusView } from './view.ts'

export type Report = WithDatabase<StatusReport>

export const execute = executor(spec, async (context, flags): Promise<CommandResult<Report>> => {
  return withDatabase(
    context,
    flags,
    async (db, settings) => {
      const status = await migrationStatus(db, { migrations: settings.migrations.value, ledger: settings.ledger.value })
      const report = { database: databaseReport(db.info), ...status }
      const exit = flags.exitCode === true && !status.upToDate ? EXIT.no : EXIT.ok
      return { report, exit, view: (style, width) => migrateStatusView(report, style, width) }
    },
    { creates: false },
  )
})
