import { quoteIdent } from '../db/quote.ts'

/** One right that an application needs to use the library. */
export interface AppRoleGrant {
  on: 'table' | 'sequence' | 'function'
  /** A function with the types of its arguments, as `oidvectortypes` prints them. */
  name: string
  privileges: readonly string[]
  /** Of a table: the rights are for these columns alone. */
  columns?: readonly string[]
  /** What it is for: the comment of its line. */
  purpose: string
}

/**
 * All that an application role needs beside USAGE on the schema. The one place for it: `skills grants`, the check
 * safety.app-role, `skills doctor` and the test that the library works with just these are made of it. A function of a new migration that
 * applications call gets its line here.
 */
export const APP_ROLE_GRANTS: readonly AppRoleGrant[] = [
  { on: 'table', name: 'skills_registry', privileges: ['SELECT'], purpose: 'list the skills' },
  { on: 'table', name: 'skill_unlocks', privileges: ['SELECT'], purpose: "list a user's unlocks" },
  {
    on: 'table',
    name: 'skill_unlocks',
    privileges: ['UPDATE'],
    columns: ['unlocked', 'unlock_reason'],
    purpose: 'take an unlock back',
  },
  { on: 'function', name: 'is_skill_unlocked(uuid, text)', privileges: ['EXECUTE'], purpose: 'ask before a skill runs' },
  { on: 'function', name: 'unlock_skill(uuid, text, text)', privileges: ['EXECUTE'], purpose: 'decide about gates' },
  {
    on: 'function',
    name: 'log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb)',
    privileges: ['EXECUTE'],
    purpose: 'write telemetry',
  },
  {
    on: 'function',
    name: 'log_skill_usage_batch(uuid, jsonb, uuid, boolean)',
    privileges: ['EXECUTE'],
    purpose: 'write it in batches',
  },
  // who may write any column could date a row back, or give it a transaction that no rollup step takes in
  {
    on: 'table',
    name: 'skill_feedback',
    privileges: ['INSERT'],
    columns: ['user_id', 'skill_id', 'version', 'rating', 'tags', 'notes'],
    purpose: 'take feedback',
  },
  { on: 'table', name: 'skill_feedback', privileges: ['SELECT'], columns: ['id'], purpose: 'return its id' },
  { on: 'sequence', name: 'skill_feedback_id_seq', privileges: ['USAGE'], purpose: 'number it' },
]

/** What the check safety.app-role is told: the role, the objects that it is judged by, and what it needs of them. */
export function appRoleInput(
  role: string,
  { tables, views, functions }: { tables: readonly string[]; views: readonly string[]; functions: readonly string[] },
  ledger: string,
): object {
  return { name: role, tables: [...tables, ...views, ledger, `${ledger}_progress`], functions, grants: APP_ROLE_GRANTS }
}

/**
 * The statements that give a role these rights, a line each, and no others. They can be run again.
 *
 * @example
 * for (const statement of grantStatements('app', 'public')) console.log(statement)
 */
export function grantStatements(role: string, schema: string, grants: readonly AppRoleGrant[] = APP_ROLE_GRANTS): string[] {
  const to = quoteIdent(role)
  const rights = ({ privileges, columns }: AppRoleGrant): string => {
    const of = columns === undefined ? '' : ` (${columns.map(quoteIdent).join(', ')})`
    return privileges.map((privilege) => `${privilege}${of}`).join(', ')
  }
  const on = ({ on: kind, name }: AppRoleGrant): string => {
    const [, bare = '', rest = ''] = /^([^(]*)(.*)$/.exec(name) ?? []
    return `${kind.toUpperCase()} ${quoteIdent(schema)}.${quoteIdent(bare)}${rest}`
  }
  return [
    `GRANT USAGE ON SCHEMA ${quoteIdent(schema)} TO ${to};`,
    ...grants.map((grant) => `GRANT ${rights(grant)} ON ${on(grant)} TO ${to}; -- ${grant.purpose}`),
  ]
}
