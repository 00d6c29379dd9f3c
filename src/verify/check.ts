import type { Requirement } from './requirements.ts'

/** A named query that returns one row for each fault. */
export interface Check {
  /** Dotted and unique. It never changes: it is the code of the faults. */
  id: string
  title: string
  severity: 'error' | 'warning' | 'info'
  /** What the user should do about a fault, unless the row has a remedy. */
  remedy: string
  /** Conditions for the check to run. */
  requires: readonly Requirement[]
  /** When it fails, the checks that follow are skipped: they would fail for the same reason. */
  gate: boolean
  /** Which of the inputs is `$1` of the query. */
  input: CheckInput | undefined
  /**
   * `rows`: it writes its own rows. `sequences`: it also takes numbers from a sequence, which a rollback does not return. Both run in the
   * scratch schema. `real`: it uses the functions and tables of the database itself.
   */
  writes: 'no' | 'rows' | 'sequences' | 'real'
  /** What a fault means, for `skills explain`; empty where the file has no `about`. */
  about: string
  /** A typical fault, for `skills explain`. */
  example: { object: string; expected: string; actual: string } | undefined
  /**
   * A check of the package. Its names are those of pg_catalog, and it names the schema: `:"schema".skill_unlocks`. The checks of a user
   * are code that this package has not seen.
   */
  own: boolean
  /** As shown to people. */
  file: string
  /** 1-based line of the header. */
  line: number
  /** Statements that run before the query, in order. */
  setup: readonly CheckStatement[]
  /** Undefined: the comparison of the schema has the faults. */
  query: CheckStatement | undefined
}

export interface CheckStatement {
  text: string
  /** Of its first token in the file, both 1-based. */
  line: number
  column: number
}

/** Facts that a query cannot read from the database; each is passed as JSON. */
export type CheckInput = keyof typeof CHECK_INPUTS

/** Checks whose faults the comparison of the schema finds: they have no query. */
export const COMPARISON_CHECKS: ReadonlySet<string> = new Set([
  'tables.exist',
  'tables.columns',
  'tables.primary-keys',
  'tables.rows',
  'indexes.definitions',
  'functions.signatures',
  'functions.security',
  'functions.temp-schema',
  'functions.execute-rights',
  'views.columns',
  'comments.present',
  'drift.missing',
  'drift.different',
  'drift.extra',
  'drift.grants',
  'drift.default-privileges',
  'drift.column-order',
  'drift.comments',
  'drift.names',
  'drift.adopted',
  'drift.build',
  'safety.foreign-code',
])

/** The inputs, and what each contains. */
export const CHECK_INPUTS = {
  ledger: 'the migration files and the rows of the ledger',
  skills: 'the skills of the folder, as they should be registered',
  objects: 'the names of the objects that the applied migrations create',
  schema: 'the differences in the objects of the package',
  drift: 'the differences between the schema and what the applied migrations create',
  client: 'the clock of this machine',
  recount: 'whether to count all events again, or a sample',
  'all-events': 'nothing, with --recount',
  pending: 'what is wrong in the pending migrations of the user (--lint-pending)',
  amcheck: 'the names of the objects, with --amcheck',
  'app-role': 'the role of --app-role, and the privileges that it needs',
  privileges: 'the privileges of roles besides the owners, as faults of the kinds public, api, api view and login',
  settings: 'the settings of the server, the database and the roles that have another value than usual',
} as const

export const SEVERITIES: readonly Check['severity'][] = ['error', 'warning', 'info']
export const WRITES: readonly Check['writes'][] = ['no', 'rows', 'sequences', 'real']
