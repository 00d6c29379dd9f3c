import { APP_ROLE_GRANTS, bareName, type AppRoleGrant } from '../core/privileges.ts'
import type { Db } from '../db/db.ts'
import { quoteIdent } from '../db/quote.ts'
import type { Check } from './check.ts'

/** The input of the check `safety.app-role`: the role, the objects to look at, and what the role needs. */
export function appRoleInput(
  role: string,
  { tables, views, functions }: { tables: readonly string[]; views: readonly string[]; functions: readonly string[] },
  ledger: { schema: string; tables: readonly string[] },
): object {
  return { name: role, tables: [...tables, ...views], ledger, functions, grants: APP_ROLE_GRANTS }
}

/**
 * The GRANT statements for an application role, one for each line. They can be run again.
 *
 * @example
 * for (const statement of grantStatements('app', 'public')) console.log(statement)
 * // GRANT USAGE ON SCHEMA "public" TO "app";
 * // GRANT SELECT ON TABLE "public"."skills_registry" TO "app"; -- list the skills
 */
export function grantStatements(role: string, schema: string, grants: readonly AppRoleGrant[] = APP_ROLE_GRANTS): string[] {
  const to = quoteIdent(role)
  return [
    `GRANT USAGE ON SCHEMA ${quoteIdent(schema)} TO ${to};`,
    ...grants.map((grant) => `GRANT ${privilegesOf(grant)} ON ${objectOf(grant, schema)} TO ${to}; -- ${grant.purpose}`),
  ]
}

function privilegesOf({ privileges, columns }: AppRoleGrant): string {
  const part = columns === undefined ? '' : ` (${columns.map(quoteIdent).join(', ')})`
  return privileges.map((privilege) => `${privilege}${part}`).join(', ')
}

function objectOf({ on, name }: AppRoleGrant, schema: string): string {
  const bare = bareName(name)
  return `${on.toUpperCase()} ${quoteIdent(schema)}.${quoteIdent(bare)}${name.slice(bare.length)}`
}

/** What a role may do beyond what an application needs. */
export interface ExcessPrivileges {
  /** SQL that revokes what was granted to the role itself. */
  revokes: string[]
  /** What other roles would lose too, and role attributes: a person has to decide. */
  remarks: { found: string; remedy: string }[]
}

const JUDGED = { object: 'text', expected: 'text', actual: 'text', remedy: 'text', revoke: 'text?' } as const

/** Runs the query of the check `safety.app-role` alone. Writes nothing. */
export async function excessPrivileges(db: Db, { query }: Check, input: object): Promise<ExcessPrivileges> {
  const rows = await db.transaction({ readOnly: true, rollback: true }, () => db.run(query?.text ?? '', [input], JUDGED))
  // missing privileges are in grantStatements
  const excess = rows.filter(({ remedy }) => !remedy.startsWith('GRANT '))
  return {
    revokes: excess.flatMap(({ revoke }) => revoke ?? []),
    remarks: excess
      .filter(({ revoke }) => revoke === null)
      .map(({ object, expected, actual, remedy }) => ({ found: `${object}: expected ${expected}, found ${actual}`, remedy })),
  }
}
