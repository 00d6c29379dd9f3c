import { checkSources, migrationSources } from '../config/package-files.ts'
import { SkillsError } from '../core/errors.ts'
import type { Db } from '../db/db.ts'
import { readMigrations } from '../migrations/files/read-migrations.ts'
import { excessPrivileges, grantStatements, type ExcessPrivileges } from '../verify/app-role.ts'
import { readChecks } from '../verify/read-checks.ts'
import { judgedRole } from './verify.ts'

export interface GrantsReport extends ExcessPrivileges {
  /** Name of the application role. */
  role: string
  /** The GRANT statements for an application role. */
  statements: string[]
}

/**
 * `skills grants`: the GRANT statements that an application role needs, and what the role has beyond that. Runs none of them. The
 * role need not exist.
 *
 * @example
 * const { revokes, statements } = await appRoleGrants(db, { role: 'app' })
 * console.log([...revokes, ...statements].join('\n'))
 */
export async function appRoleGrants(
  db: Db,
  options: {
    /** Name of the application role. */
    role: string
    ledger?: string
  },
): Promise<GrantsReport> {
  const { role, ledger } = options
  const check = readChecks(checkSources()).find(({ input }) => input === 'app-role')
  if (check === undefined) throw new SkillsError('BUG', 'the check safety.app-role is missing')
  const excess = await excessPrivileges(db, check, judgedRole(db, role, readMigrations(migrationSources()), ledger))
  return { role, statements: grantStatements(role, db.info.schema), ...excess }
}
