import type { GrantsReport } from '../../../api/grants.ts'
import { appRoleGrants } from '../../../api/grants.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import type { WithDatabase } from '../../output/database-view.ts'
import { databaseReport } from '../../output/database-view.ts'
import type { FlagsOf } from '../../parse/spec.ts'
import { withDatabase } from '../../run/database.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { grantsView } from './view.ts'

export type Report = WithDatabase<GrantsReport>

export const execute: Executor = executor(spec, grantsCommand)

/** Prints the statements and runs none. */
async function grantsCommand(context: Context, flags: FlagsOf<typeof spec>): Promise<CommandResult<Report>> {
  return withDatabase(
    context,
    flags,
    async (db, { ledger }) => {
      const grants = await appRoleGrants(db, { role: flags.appRole, ledger: ledger.value })
      const report = { database: databaseReport(db.info), ...grants }
      return { report, view: () => grantsView(report) }
    },
    { mustExist: true },
  )
}
