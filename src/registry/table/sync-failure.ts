import { SkillsError } from '../../core/errors.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db, Row } from '../../db/db.ts'
import { advisoryHolders } from '../../db/locks.ts'
import { quoteIdent } from '../../db/quote.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import type { PruneMode, SyncMode } from './sync-report.ts'
import { registryLock } from './write.ts'

const FOREIGN_KEY_VIOLATION = '23503'

/** What went wrong in a sync, as an error with a remedy. */
export async function syncFailure(db: Db, error: unknown, { mode, prune }: { mode: SyncMode; prune: PruneMode }): Promise<unknown> {
  return registryFailure(
    db,
    error,
    mode !== 'write' ? ['SELECT'] : ['SELECT', 'INSERT', 'UPDATE', ...(prune === 'delete' ? ['DELETE'] : [])],
  )
}

/**
 * What went wrong with skills_registry, as an error with a remedy; `needed` are the rights that the work takes. Asks the
 * database why, so the transaction must be over.
 */
export async function registryFailure(db: Db, error: unknown, needed: readonly string[]): Promise<unknown> {
  if (!(error instanceof DatabaseError)) return error
  const table = `${quoteIdent(db.info.schema)}.skills_registry`
  switch (error.code) {
    case SQLSTATE.undefinedTable:
      return (
        (await rightsFailure(db, error, [])) ??
        new SkillsError('NOT_MIGRATED', `there is no table ${table}`, { hint: 'run `skills migrate` first', cause: error })
      )
    case SQLSTATE.insufficientPrivilege: {
      return (
        (await rightsFailure(db, error, needed)) ??
        new SkillsError('PERMISSION_DENIED', error.message, { hint: `ask the owner of ${table}`, cause: error })
      )
    }
    case SQLSTATE.readOnlyTransaction:
      return new SkillsError('PERMISSION_DENIED', 'the database is read-only', {
        hint: db.info.inRecovery ? 'this is a standby: connect to the primary' : 'connect without default_transaction_read_only',
        cause: error,
      })
    case SQLSTATE.lockNotAvailable:
      return lockFailure(db, error, table)
    case SQLSTATE.undefinedColumn:
      return new SkillsError('QUERY_FAILED', `${table} is not the table that this tool works with: ${error.message}`, {
        hint: 'run `skills verify` to see how it differs',
        cause: error,
      })
    case FOREIGN_KEY_VIOLATION:
      return new SkillsError('QUERY_FAILED', `a skill cannot be deleted while other tables refer to it: ${error.detail ?? error.message}`, {
        hint: 'disable such skills instead: --prune disable',
        cause: error,
      })
    default:
      return error
  }
}

const RIGHTS = `
  SELECT has_schema_privilege(n.oid, 'USAGE') AS usage,
         to_jsonb(ARRAY(SELECT p FROM jsonb_array_elements_text($2::jsonb) p WHERE c.oid IS NOT NULL AND NOT has_table_privilege(c.oid, p))) AS missing
    FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'skills_registry'
   WHERE n.nspname = $1`

/** The grant that is missing. A schema that may not be used hides its tables: they seem not to exist. */
async function rightsFailure(db: Db, cause: DatabaseError, needed: readonly string[]): Promise<SkillsError | undefined> {
  const { schema, user } = db.info
  const [rights] = await db.query<Row & { usage: boolean; missing: string[] }>(RIGHTS, [schema, [...needed]])
  if (rights === undefined) return undefined
  const to = `TO ${quoteIdent(user)}`
  const grants = [
    ...(rights.usage ? [] : [`GRANT USAGE ON SCHEMA ${quoteIdent(schema)} ${to}`]),
    ...(rights.missing.length === 0 ? [] : [`GRANT ${rights.missing.join(', ')} ON ${quoteIdent(schema)}.skills_registry ${to}`]),
  ]
  if (grants.length === 0) return undefined
  return new SkillsError('PERMISSION_DENIED', `${user} lacks rights: ${cause.message}`, {
    hint: `have their owner run: ${grants.join('; ')}`,
    cause,
  })
}

async function lockFailure(db: Db, cause: DatabaseError, table: string): Promise<SkillsError> {
  const [holder] = await advisoryHolders(db, registryLock(db)).catch(() => [])
  const who =
    holder === undefined
      ? `rows of ${table} are locked by another session`
      : `another sync holds the lock: pid ${holder.pid}, for ${holder.ageSeconds} s`
  return new SkillsError('LOCK_TIMEOUT', `the registry was busy for too long: ${who}`, {
    hint: 'nothing was changed; run again when it is done',
    cause,
  })
}
