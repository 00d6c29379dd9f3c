import { lockTimedOut, queryFailed } from '../../core/common-errors.ts'
import type { SkillsError } from '../../core/errors.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { advisoryHolders, describeHolder } from '../../db/locks.ts'
import { quoteIdent } from '../../db/quote.ts'
import { toSkillsError } from '../../db/skills-error.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import type { PruneMode, SyncMode } from './sync-report.ts'
import { registryLock } from './write.ts'

/** An error of a sync, with a hint. */
export async function syncError(db: Db, error: unknown, { mode, prune }: { mode: SyncMode; prune: PruneMode }): Promise<unknown> {
  return registryError(db, error, mode !== 'write' ? ['SELECT'] : ['SELECT', 'INSERT', 'UPDATE', ...(prune === 'delete' ? ['DELETE'] : [])])
}

/**
 * An error of a statement on skills_registry, with a hint. `needed` are the privileges that the statement needs. Queries the
 * database for the reason, so the transaction must have ended.
 */
export async function registryError(db: Db, error: unknown, needed: readonly string[]): Promise<unknown> {
  if (!(error instanceof DatabaseError)) return error
  switch (error.code) {
    case SQLSTATE.lockNotAvailable:
      return lockError(db, error)
    case SQLSTATE.foreignKeyViolation: {
      const reason = `a skill cannot be deleted while other tables reference it: ${error.detail ?? error.message}`
      return queryFailed(reason, 'disable such skills instead: --prune disable', error)
    }
    case SQLSTATE.undefinedTable:
      // a schema without USAGE hides its tables: they seem not to exist
      return toSkillsError(db.info, error, { action: ACTION, grants: await missingGrants(db, []) })
    case SQLSTATE.insufficientPrivilege:
      return toSkillsError(db.info, error, { action: ACTION, grants: await missingGrants(db, needed) })
    default:
      return toSkillsError(db.info, error, { action: ACTION })
  }
}

const ACTION = 'use the registry'

const PRIVILEGES = `
  SELECT has_schema_privilege(n.oid, 'USAGE') AS usage,
         to_jsonb(ARRAY(SELECT p FROM jsonb_array_elements_text($2::jsonb) p WHERE c.oid IS NOT NULL AND NOT has_table_privilege(c.oid, p))) AS missing
    FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'skills_registry'
   WHERE n.nspname = $1`

/** The GRANT statements that the role needs for the registry. */
async function missingGrants(db: Db, needed: readonly string[]): Promise<string[]> {
  const { schema, user } = db.info
  const [privileges] = await db.run(PRIVILEGES, [schema, [...needed]], { usage: 'boolean', missing: 'texts' })
  if (privileges === undefined) return []
  const to = `TO ${quoteIdent(user)}`
  return [
    ...(privileges.usage ? [] : [`GRANT USAGE ON SCHEMA ${quoteIdent(schema)} ${to}`]),
    ...(privileges.missing.length === 0 ? [] : [`GRANT ${privileges.missing.join(', ')} ON ${quoteIdent(schema)}.skills_registry ${to}`]),
  ]
}

async function lockError(db: Db, cause: DatabaseError): Promise<SkillsError> {
  const [holder] = await advisoryHolders(db, registryLock(db)).catch(() => [])
  const what = holder === undefined ? 'rows of the registry that another connection has locked' : `another sync: ${describeHolder(holder)}`
  return lockTimedOut(what, 'nothing was changed; run again when it has ended', cause)
}
