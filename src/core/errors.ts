import type { Diagnostic } from './diagnostics.ts'

/** Exit codes of the command line. Scripts rely on them. */
export const EXIT = {
  ok: 0,
  no: 1,
  usage: 2,
  unreachable: 3,
  migrationFailed: 4,
  locked: 5,
  history: 6,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Every error code with its exit code. A code never changes its meaning. Its text is in error-texts.ts. */
export const ERROR_EXITS = {
  USAGE: EXIT.usage,
  CONFIG_INVALID: EXIT.usage,
  DATABASE_NOT_CONFIGURED: EXIT.usage,
  DATABASE_URL_INVALID: EXIT.usage,
  SERVER_TOO_OLD: EXIT.usage,
  SCHEMA_MISSING: EXIT.usage,
  SKILLS_DIR_MISSING: EXIT.usage,
  MIGRATIONS_DIR_MISSING: EXIT.usage,
  CHECK_FILE_INVALID: EXIT.usage,
  SUPERUSER_CHECKS: EXIT.usage,
  FOREIGN_CODE: EXIT.usage,
  MIGRATION_FILE_INVALID: EXIT.migrationFailed,
  POOLER_REFUSED: EXIT.usage,
  NOT_MIGRATED: EXIT.usage,
  EMBEDDED_BUSY: EXIT.locked,
  DATABASE_UNREACHABLE: EXIT.unreachable,
  CONNECTION_LOST: EXIT.unreachable,
  EMBEDDED_BROKEN: EXIT.unreachable,
  MIGRATION_FAILED: EXIT.migrationFailed,
  CHECK_FAILED: EXIT.migrationFailed,
  LOCK_TIMEOUT: EXIT.locked,
  LEDGER_FOREIGN: EXIT.history,
  LEDGER_ELSEWHERE: EXIT.history,
  FOREIGN_LAYOUT: EXIT.history,
  NOT_IMPORTED: EXIT.history,
  HISTORY_CHANGED: EXIT.history,
  OUT_OF_ORDER: EXIT.history,
  ROWS_EXIST: EXIT.history,
  REPLACED_PARTLY: EXIT.history,
  NO_EXACT_INVERSE: EXIT.no,
  DRIFT: EXIT.history,
  SQUASH_REFUSED: EXIT.no,
  VERSION_UNKNOWN: EXIT.usage,
  SKILL_UNKNOWN: EXIT.no,
  FILE_NOT_WRITTEN: EXIT.usage,
  FILE_EXISTS: EXIT.usage,
  NOT_CONFIRMED: EXIT.usage,
  PERMISSION_DENIED: EXIT.usage,
  ROLE_UNUSABLE: EXIT.usage,
  ROW_SECURITY: EXIT.usage,
  TABLE_LOCKED: EXIT.usage,
  QUERY_FAILED: EXIT.no,
  EVENT_INVALID: EXIT.usage,
  REPORT_NOT_WRITTEN: EXIT.usage,
  SYSTEM_ERROR: EXIT.usage,
  ROLLUP_FOREIGN: EXIT.no,
  ROLLUP_KEPT: EXIT.no,
  EVENTS_EXIST: EXIT.usage,
  INTERRUPTED: EXIT.interrupted,
  TERMINATED: EXIT.terminated,
  BUG: EXIT.bug,
} as const satisfies Record<string, ExitCode>

export type ErrorCode = keyof typeof ERROR_EXITS

export interface SkillsErrorOptions {
  /** What to do: one sentence, or a command. */
  hint?: string
  /** The places of an error in files. */
  diagnostics?: readonly Diagnostic[]
  cause?: unknown
}

/** The message of an error, or the text of any other thrown value. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** An expected error: printed as message, place and hint, never as a stack trace. */
export class SkillsError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly diagnostics: readonly Diagnostic[]
  /** The database that the error is about, and what chose it, without a password; undefined when it is about none. */
  database: string | undefined

  constructor(code: ErrorCode, message: string, options: SkillsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SkillsError'
    this.code = code
    this.hint = options.hint
    this.diagnostics = options.diagnostics ?? []
  }

  /** By name too: the command line is built as several bundles, each with its own class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const isOfThisClass = Function.prototype[Symbol.hasInstance].call(this, value)
    return isOfThisClass || (this === SkillsError && value instanceof Error && value.name === 'SkillsError')
  }

  get exitCode(): ExitCode {
    return ERROR_EXITS[this.code]
  }
}

/** These are about the command line or about files, whatever the database is. */
const ABOUT_NO_DATABASE: ReadonlySet<ErrorCode> = new Set([
  'USAGE',
  'CONFIG_INVALID',
  'DATABASE_NOT_CONFIGURED',
  'DATABASE_URL_INVALID',
  'SKILLS_DIR_MISSING',
  'MIGRATIONS_DIR_MISSING',
  'CHECK_FILE_INVALID',
  'MIGRATION_FILE_INVALID',
  'FOREIGN_LAYOUT',
  'FILE_NOT_WRITTEN',
  'FILE_EXISTS',
  'EVENT_INVALID',
  'REPORT_NOT_WRITTEN',
  'INTERRUPTED',
  'TERMINATED',
  'BUG',
])

/** Adds the name of the database to an error that is about one. Returns the same error. */
export function nameDatabase<E>(error: E, database: string | undefined): E {
  if (error instanceof SkillsError && !ABOUT_NO_DATABASE.has(error.code)) error.database ??= database
  return error
}
