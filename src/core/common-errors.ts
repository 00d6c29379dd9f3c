import { SkillsError } from './errors.ts'
import { isOsError, osHint, osReason } from './os-error.ts'

// Errors that several features throw: one text and one hint for each code.

/** `reason` says what is missing: a message of the server, or the embedded database that does not exist. */
export function notMigrated(reason: string, cause?: unknown): SkillsError {
  return new SkillsError('NOT_MIGRATED', `the skill tables are missing or incomplete: ${reason}`, {
    hint: 'run skills migrate, or select another database (DATABASE_URL) or schema (--schema)',
    cause,
  })
}

export interface Denial {
  /** `role app`. */
  who: string
  /** Completes `role app cannot ...`: `write the registry`. */
  action: string
  /** A missing privilege as the server reports it, a read-only database, or a standby. */
  reason: string
  hint: string
}

export function permissionDenied({ who, action, reason, hint }: Denial, cause?: unknown): SkillsError {
  return new SkillsError('PERMISSION_DENIED', `${who} cannot ${action}: ${reason}`, { hint, cause })
}

/** The search_path of the role names a schema that the role cannot use. */
export function schemaHidden(role: string, schema: string): SkillsError {
  return permissionDenied({
    who: `role ${role}`,
    action: `use the schema ${schema} of its search_path`,
    reason: 'it lacks USAGE on it',
    hint: `run as the owner: GRANT USAGE ON SCHEMA ${quoted(schema)} TO ${quoted(role)}`,
  })
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** `table`: the name of the table whose rows a policy hides; `who`: `role app`. */
export function rowsHidden(who: string, table: string, hint: string, cause?: unknown): SkillsError {
  return new SkillsError('ROW_SECURITY', `row-level security hides rows of ${table} from ${who}`, { hint, cause })
}

/** `what` completes `timed out waiting for ...`; `state` says what was done, and what to wait for or to raise. */
export function lockTimedOut(what: string, state: string, cause?: unknown): SkillsError {
  return new SkillsError('LOCK_TIMEOUT', `timed out waiting for ${what}`, { hint: state, cause })
}

export function queryFailed(reason: string, hint: string | undefined, cause: unknown): SkillsError {
  return new SkillsError('QUERY_FAILED', reason, { ...(hint === undefined ? {} : { hint }), cause })
}

export function connectionLost(reason: string, cause?: unknown): SkillsError {
  return new SkillsError('CONNECTION_LOST', `the connection to the database was lost: ${reason}`, {
    hint: 'the server rolls back an open transaction; run the command again',
    cause,
  })
}

/** The answer of a server is not one that PostgreSQL sends for the statement: nothing that it sends can be used. */
export function wrongAnswer(): SkillsError {
  return connectionLost('the server sent an answer that PostgreSQL does not send')
}

/** `what` was to be written; `state` says what is there now. */
export function fileNotWritten(what: string, state: string, cause: unknown): SkillsError {
  if (!isOsError(cause)) throw cause
  return new SkillsError('FILE_NOT_WRITTEN', `${what} cannot be written: ${osReason(cause)}`, { hint: `${osHint(cause)}; ${state}`, cause })
}

/** `state` says what was not done: `nothing was erased`. */
export function rollupForeign(state: string): SkillsError {
  return new SkillsError('ROLLUP_FOREIGN', 'the rollups were made on another server', {
    hint: `${state}; run skills rollup`,
  })
}
