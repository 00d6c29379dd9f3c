import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { SkillsError } from '../../../core/errors.ts'
import { appRoleGrants } from '../../../api/grants.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../../run/context.ts'
import { withDatabase } from '../../run/context.ts'
import { databaseReport } from '../../output/database-view.ts'
import { grantsView } from './view.ts'
import type { GrantsReport } from '../../../api/grants.ts'
import type { WithDatabase } from '../../output/database-view.ts'

export interface GrantsFlags extends CommonFlags, DatabaseFlags {
  appRole?: string
}

export type Report = WithDatabase<GrantsReport>

export const execute: Executor = executor('grants', grantsCommand)

/** Prints, and runs nothing. */
async function grantsCommand(context: Context, flags: GrantsFlags): Promise<CommandResult<Report>> {
  const role = flags.appRole ?? ''
  if (role === '') throw new SkillsError('USAGE', 'whose rights? --app-role names the role', { hint: 'skills grants --app-role app' })
  return withDatabase(
    context,
    flags,
    async (db, { ledger }) => {
      const report = { database: databaseReport(db.info), ...(await appRoleGrants(db, { role, ledger: ledger.value })) }
      return { report, view: () => grantsView(report) }
    },
    { mustExist: true },
  )
}
