import { appRoleGrants, type GrantsReport } from '../../../api/grants.ts'
import { printable } from '../../../core/text.ts'
import type { CommandResult } from '../../output/context.ts'
import { databaseReport, type WithDatabase, type DatabaseReport } from '../../output/database-view.ts'
import { withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'

export type Report = WithDatabase<GrantsReport>

/** Prints the statements and runs none. */
export const execute = executor(spec, async (context, flags): Promise<CommandResult<Report>> => {
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
})

/** Statements for psql; the other lines are comments. REVOKE comes first, because it also removes privileges on columns. */
function grantsView({ database, role, statements, revokes, remarks }: GrantsReport & { database: DatabaseReport }): string[] {
  const lines = [
    `-- ${database.url}, schema ${database.schema}`,
    ...(revokes.length === 0
      ? []
      : [`-- privileges of the role ${role} that the library does not need`, ...revokes.map((sql) => `${sql};`)]),
    `-- privileges that the library needs, for the role ${role}; safe to run again`,
    ...statements,
    ...(remarks.length === 0 ? [] : ['-- decide yourself: other applications may need these']),
    ...remarks.flatMap(({ found, remedy }) => [`--   ${found}`, `--   -> ${remedy}`]),
  ]
  return lines.map(printable)
}
