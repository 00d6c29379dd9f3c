import { notMigrated, permissionDenied, queryFailed, rowsHidden } from '../core/common-errors.ts'
import { SkillsError } from '../core/errors.ts'
import { APP_ROLE_GRANTS } from '../core/privileges.ts'
import { DatabaseError } from './database-error.ts'
import type { Db, DbInfo } from './db.ts'
import { quoteIdent } from './quote.ts'
import { SQLSTATE } from './sqlstates.ts'

/** The work that failed, for the message and the hint. */
export interface FailedWork {
  /** Completes `role app cannot ...`: `write the registry`. */
  action: string
  /** Statements that grant what the role lacks. With these, a missing table is a missing privilege: of its schema. */
  grants?: readonly string[]
  /** What to do about a missing privilege, where no GRANT is known. */
  hint?: string
}

type Connected = Pick<DbInfo, 'user' | 'label' | 'inRecovery'> & Partial<Pick<DbInfo, 'schema'>>

/**
 * The one map from SQLSTATE to error: an error of the server becomes a SkillsError (NOT_MIGRATED, PERMISSION_DENIED,
 * ROW_SECURITY or QUERY_FAILED); any other error is returned as it is. `info` is undefined where the connection is not known.
 */
export function toSkillsError(info: Connected | undefined, error: DatabaseError, work: FailedWork): SkillsError
export function toSkillsError(info: Connected | undefined, error: unknown, work: FailedWork): unknown
export function toSkillsError(info: Connected | undefined, error: unknown, work: FailedWork): unknown {
  if (!(error instanceof DatabaseError)) return error
  const who = info === undefined ? 'the role' : `role ${info.user}`
  const { action, grants = [] } = work
  if (isRowSecurity(error)) return rowsHidden(who, tableIn(error), error.hint === undefined ? SEES_ALL : NOT_FORCED, error)
  if (error.code === SQLSTATE.readOnlyTransaction) {
    const [reason, hint] = info?.inRecovery === true ? STANDBY : READ_ONLY
    return permissionDenied({ who, action, reason, hint }, error)
  }
  if (error.code === SQLSTATE.insufficientPrivilege || (grants.length > 0 && MISSING.has(error.code))) {
    return permissionDenied({ who, action, reason: error.message, hint: privilegeHint(info, work, error) }, error)
  }
  if (MISSING.has(error.code)) return notMigrated(info === undefined ? error.message : `${error.message} (${info.label})`, error)
  return queryFailed(`${error.message} (SQLSTATE ${error.code})`, error.hint ?? error.detail, error)
}

/** Runs the work; throws its database errors as `toSkillsError` makes them. */
export async function withSkillsErrors<T>({ info }: Db, work: FailedWork, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw toSkillsError(info, error, work)
  }
}

/** Whether the server refused the statement because a policy would hide rows from it (`row_security = off`). */
export function isRowSecurity(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === SQLSTATE.insufficientPrivilege && error.routine === 'check_enable_rls'
}

/** Whether the server was not reached, or the connection was lost: another attempt can succeed. */
export function isConnectionError(error: unknown): boolean {
  return error instanceof SkillsError && (error.code === 'CONNECTION_LOST' || error.code === 'DATABASE_UNREACHABLE')
}

const MISSING: ReadonlySet<string> = new Set([
  SQLSTATE.undefinedTable,
  SQLSTATE.undefinedColumn,
  SQLSTATE.undefinedFunction,
  SQLSTATE.invalidSchemaName,
])

const SEES_ALL = 'connect as the owner of the table, or as a role with BYPASSRLS'
/** The server has a hint for the owner of the table only. */
const NOT_FORCED = 'connect as a role with BYPASSRLS, or run ALTER TABLE ... NO FORCE ROW LEVEL SECURITY'

/** The error for a table of which a policy hides rows; `isOwner`: the role owns it, and the policies apply to the owner too. */
export function rowsHiddenFrom({ user }: Pick<DbInfo, 'user'>, table: string, isOwner: boolean): SkillsError {
  return rowsHidden(`role ${user}`, table, isOwner ? NOT_FORCED : SEES_ALL)
}

/** The message has the name of the table in the quotes of its language. */
function tableIn({ message }: DatabaseError): string {
  return message.split(/["\u00ab\u00bb\u201e\u201c\u201d]/)[1]?.trim() ?? 'a table'
}

const STANDBY = ['the server is a standby', 'connect to the primary server'] as const
const READ_ONLY = ['the database is read-only', 'connect without default_transaction_read_only'] as const

function privilegeHint(info: Connected | undefined, { grants = [], hint }: FailedWork, { message }: DatabaseError): string {
  if (grants.length > 0) return `run as the owner: ${grants.join('; ')}`
  const called = / function (?:\w+\.)?(\w+)$/.exec(message)?.[1]
  const isOfApplications = APP_ROLE_GRANTS.some(({ name }) => name.startsWith(`${called}(`))
  if (isOfApplications) return `run as the owner what this prints: skills grants --app-role ${info?.user ?? 'ROLE'}`
  if (called === undefined)
    return hint ?? `grant ${info === undefined ? 'the role' : `role ${info.user}`} the missing privilege, or connect with another role`
  const schema = info?.schema === undefined ? '' : `${quoteIdent(info.schema)}.`
  return `run as the owner: GRANT EXECUTE ON FUNCTION ${schema}${called} TO ${info === undefined ? 'the role' : quoteIdent(info.user)}`
}
