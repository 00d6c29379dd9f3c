import { textBefore } from './text.ts'

/** Privileges on one object of the registry's schema. */
export interface Privilege {
  on: 'table' | 'sequence' | 'function'
  /** For a function: with its argument types, as `oidvectortypes` prints them. */
  name: string
  privileges: readonly string[]
  /** For a table: the privileges are limited to these columns. */
  columns?: readonly string[]
}

/** One privilege that an application needs to use the library. */
export interface AppRoleGrant extends Privilege {
  /** What the library does with it. Printed as the comment of the GRANT. */
  purpose: string
}

/**
 * Everything that an application role needs, apart from USAGE on the schema. `skills grants`, `skills doctor`, the check
 * `safety.app-role`, the table in docs/verify.md and the test that the library works with exactly these privileges use this list.
 */
export const APP_ROLE_GRANTS: readonly AppRoleGrant[] = [
  { on: 'table', name: 'skills_registry', privileges: ['SELECT'], purpose: 'list the skills' },
  { on: 'table', name: 'skill_unlocks', privileges: ['SELECT'], purpose: 'list the unlocks of a user' },
  {
    on: 'table',
    name: 'skill_unlocks',
    privileges: ['UPDATE'],
    columns: ['unlocked', 'unlock_reason'],
    purpose: 'withdraw an unlock',
  },
  {
    on: 'function',
    name: 'is_skill_unlocked(uuid, text)',
    privileges: ['EXECUTE'],
    purpose: 'check access before a skill runs',
  },
  { on: 'function', name: 'unlock_skill(uuid, text, text)', privileges: ['EXECUTE'], purpose: 'unlock a skill for a user' },
  {
    on: 'function',
    name: 'log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb, text, bigint, bigint, numeric)',
    privileges: ['EXECUTE'],
    purpose: 'log one event',
  },
  {
    on: 'function',
    name: 'log_skill_usage_batch(uuid, jsonb, uuid, boolean)',
    privileges: ['EXECUTE'],
    purpose: 'log a batch of events',
  },
  // a role that can write every column could backdate a row, or set a transaction ID that no rollup includes
  {
    on: 'table',
    name: 'skill_feedback',
    privileges: ['INSERT'],
    columns: ['user_id', 'skill_id', 'version', 'rating', 'tags', 'notes'],
    purpose: 'store feedback',
  },
  { on: 'table', name: 'skill_feedback', privileges: ['SELECT'], columns: ['id'], purpose: 'return the ID of the feedback' },
  { on: 'sequence', name: 'skill_feedback_id_seq', privileges: ['USAGE'], purpose: 'number the feedback' },
]

/** A placeholder for the ledger, whose name the user can choose. */
export const LEDGER = '(ledger)'
/** A placeholder for all rollup tables. */
export const ROLLUPS = 'skill_rollup_*'

/** What the role of some commands needs. */
export interface CommandPrivileges {
  commands: readonly string[]
  needs: readonly Privilege[]
  /** The command builds a scratch schema: CREATE on the database. */
  scratchSchema?: true
  /** What the list cannot say, in Markdown. */
  note?: string
}

const REGISTRY = 'skills_registry'
const EVENTS = 'skill_usage_events'
const SEQUENCES = ['skill_usage_events_id_seq', 'skill_feedback_id_seq', 'agent_emergence_candidates_id_seq']
const VIEWS = ['v_skill_effectiveness', 'v_skill_cooccurrence']
const FEEDBACK = 'skill_feedback'

const ROLLUP_FUNCTIONS: readonly Privilege[] = [ROLLUPS, 'skill_latency_bounds()', 'skill_latency_add'].map((name) => ({
  on: 'function',
  name,
  privileges: ['EXECUTE'],
}))

const ROLLUP_NEEDS: readonly Privilege[] = [
  table(EVENTS, 'SELECT'),
  table(FEEDBACK, 'SELECT'),
  table(ROLLUPS, 'SELECT', 'INSERT', 'UPDATE', 'DELETE'),
  ...ROLLUP_FUNCTIONS,
]

/** A check of `verify` that writes. */
export const CALLS = 'functions.calls'

/** What each command needs; `skills doctor` and the table "Roles and privileges" of README.md use this list. */
export const COMMAND_PRIVILEGES: readonly CommandPrivileges[] = [
  {
    commands: ['migrate'],
    needs: [],
    note: '`CREATE` on the schema (on the database, to create the schema), and ownership of the existing objects',
  },
  {
    commands: ['sync'],
    needs: [table(REGISTRY, 'SELECT', 'INSERT', 'UPDATE')],
    note: '`DELETE` for `--prune delete`; `SELECT` is enough for `--check` and `--dry-run`',
  },
  { commands: ['diff', 'list', 'show'], needs: [table(REGISTRY, 'SELECT')] },
  { commands: ['enable', 'disable', 'trust'], needs: [table(REGISTRY, 'SELECT', 'UPDATE')] },
  { commands: ['lint', 'migrate lint', 'migrate new', 'rules', 'new', 'import'], needs: [], note: 'no database' },
  {
    commands: ['verify'],
    needs: [LEDGER, REGISTRY, 'skill_unlocks', EVENTS, FEEDBACK, 'agent_emergence_candidates', 'skill_forgotten_users', ROLLUPS, ...VIEWS]
      .map((name) => table(name, 'SELECT'))
      .concat(SEQUENCES.map((name) => ({ on: 'sequence', name, privileges: ['SELECT'] }))),
    scratchSchema: true,
    note: 'without `SELECT` on one of the tables it ends with exit code 2; without a scratch schema some checks are skipped',
  },
  {
    commands: [CALLS],
    needs: [
      ...APP_ROLE_GRANTS.filter(({ on }) => on === 'function'),
      ...ROLLUP_NEEDS,
      ...[REGISTRY, EVENTS, FEEDBACK, 'agent_emergence_candidates'].map((name) => table(name, 'INSERT')),
    ],
    note: 'a check of `verify`: what it writes is rolled back; without these privileges it is skipped',
  },
  {
    commands: ['stats'],
    needs: [REGISTRY, 'skill_unlocks', EVENTS, FEEDBACK, ROLLUPS].map((name) => table(name, 'SELECT')),
    note: `without \`${ROLLUPS}\` it reads every event`,
  },
  { commands: ['log'], needs: APP_ROLE_GRANTS.filter(({ name }) => name.startsWith('log_skill_usage_batch(')) },
  {
    commands: ['rollup'],
    needs: ROLLUP_NEEDS,
    note: `\`UPDATE\` on \`${EVENTS}\` and \`${FEEDBACK}\` after a restore on another server, and for rows with the transaction ID of another server; \`TRUNCATE\` on \`${ROLLUPS}\` for \`--rebuild\`; ownership of \`${EVENTS}\` and \`${FEEDBACK}\` to create a missing index`,
  },
  {
    commands: ['prune-events'],
    needs: [
      table(EVENTS, 'SELECT', 'DELETE'),
      table(ROLLUPS, 'SELECT', 'UPDATE'),
      { on: 'function', name: 'skill_rollup_unname(uuid, integer)', privileges: ['EXECUTE'] },
    ],
  },
  {
    commands: ['forget-user'],
    needs: [
      ...[EVENTS, FEEDBACK, 'skill_unlocks'].map((name) => table(name, 'SELECT', 'DELETE')),
      table(ROLLUPS, 'SELECT', 'UPDATE', 'DELETE'),
      ...ROLLUP_FUNCTIONS,
      table('skill_forgotten_users', 'SELECT', 'INSERT', 'UPDATE'),
      { on: 'function', name: 'remember_forgotten_skill_user(uuid)', privileges: ['EXECUTE'] },
      { on: 'function', name: 'forget_skill_user(uuid)', privileges: ['EXECUTE'] },
    ],
  },
  {
    commands: ['an application'],
    needs: APP_ROLE_GRANTS,
    note: '`skills grants --app-role NAME` prints it',
  },
]

/** `f` for `f(uuid, text)`. */
export function bareName(name: string): string {
  return textBefore(name, '(')
}

/** Each privilege as a GRANT has it: `SELECT`, `UPDATE (a, b)`. */
export function privilegeWords({ privileges, columns }: Pick<Privilege, 'privileges' | 'columns'>): string[] {
  const part = columns === undefined ? '' : ` (${columns.join(', ')})`
  return privileges.map((privilege) => `${privilege}${part}`)
}

function table(name: string, ...privileges: string[]): Privilege {
  return { on: 'table', name, privileges }
}
