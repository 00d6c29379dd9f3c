import { checkSources, migrationSources } from '../config/package-files.ts'
import { SkillsError } from '../core/errors.ts'
import type { Db } from '../db/db.ts'
import { readMigrations } from '../migrations/files/read-migrations.ts'
import type { ExcessPrivileges } from '../verify/app-role.ts'
import { excessPrivileges, grantStatements } from '../verify/app-role.ts'
import { readChecks } from '../verify/read-checks.ts'
import { judgedRole } from './verify.ts'

export interface GrantsReport extends ExcessPrivileges {
  role: string
  /** What an application's role needs, a statement each. */
  statements: string[]
}

/**
 * `skills grants`: what the role of an application needs, and what it has beyond that. Changes nothing.
 *
 * @example
 * const { revokes, statements } = await appRoleGrants(db, { role: 'app' })
 * console.log([...revokes, ...statements].join('\n'))
 */
export async function appRoleGrants(db: Db, options: { role: string; ledger?: string }): Promise<GrantsReport> {
  const { role, ledger } = options
  const check = (await readChecks(checkSources())).find(({ input }) => input === 'app-role')
  if (check === undefined) throw new SkillsError('BUG', 'there is no check of the application role')
  const excess = await excessPrivileges(db, check, judgedRole(role, readMigrations(migrationSources()), ledger))
  return { role, statements: grantStatements(role, db.info.schema), ...excess }
}
