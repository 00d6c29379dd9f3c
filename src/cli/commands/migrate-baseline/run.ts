import { baseline } from '../../../api/baseline.ts'
import { readVariables } from '../../../config/variables.ts'
import type { BaselineReport } from '../../../migrations/run/baseline.ts'
import type { CommandResult } from '../../output/context.ts'
import { databaseReport, type WithDatabase } from '../../output/database-view.ts'
import { withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { baselineView } from './view.ts'

export type Report = WithDatabase<BaselineReport>

export const execute = executor(spec, async (context, flags): Promise<CommandResult<Report>> => {
  return withDatabase(
    context,
    flags,
    async (db, settings) => {
      const { report, error } = await baseline(db, {
        migrations: settings.migrations.value,
        variables: readVariables(flags.var, settings.variables.value),
        ledger: settings.ledger.value,
        to: flags.to,
        acceptDrift: flags.acceptDrift === true,
        dryRun: flags.dryRun === true,
      })
      const full = { database: databaseReport(db.info), ...report }
      return { report: full, view: (style) => baselineView(full, style), ...(error === undefined ? {} : { error }) }
    },
    // without --accept-drift a new database is refused
    { purpose: 'migrate', creates: flags.dryRun !== true && flags.acceptDrift === true },
  )
})
