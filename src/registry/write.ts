import type { Db } from '../db/db.ts'
import { advisoryKey } from '../db/locks.ts'
import type { Plan } from './compare.ts'

/**
 * One statement for many rows. `now()` stands in the SELECT and reaches the update through `excluded`: a
 * distributed Postgres refuses function calls in DO UPDATE SET.
 */
const UPSERT = `
  INSERT INTO skills_registry (skill_id, version, sha256, enabled, trust_level, meta, updated_at)
  SELECT r.skill_id, r.version, r.sha256, r.enabled, r.trust_level, r.meta, now()
    FROM jsonb_to_recordset($1::jsonb)
      AS r(skill_id text, version text, sha256 text, enabled boolean, trust_level integer, meta jsonb)
  ON CONFLICT (skill_id) DO UPDATE SET
    version     = excluded.version,
    sha256      = excluded.sha256,
    enabled     = excluded.enabled,
    trust_level = excluded.trust_level,
    meta        = excluded.meta,
    updated_at  = excluded.updated_at`

const DELETE = 'DELETE FROM skills_registry WHERE skill_id IN (SELECT jsonb_array_elements_text($1::jsonb))'

/** Rows of one statement: a new row is 1 to 2 KB, and what a statement carries is in memory several times, here and on the server. */
const ROWS_AT_ONCE = 10_000

/** Brings a plan into the registry, inside of the caller's transaction. Returns the number of statements, one for each 10,000 rows. */
export async function writePlan(db: Db, { writes, deleted }: Plan): Promise<number> {
  let statements = 0
  for (let from = 0; from < writes.length; from += ROWS_AT_ONCE) {
    await db.query(UPSERT, [writes.slice(from, from + ROWS_AT_ONCE)])
    statements++
  }
  if (deleted.length > 0) {
    await db.query(DELETE, [deleted])
    statements++
  }
  return statements
}

/** Key of the advisory lock that keeps two syncs of one registry apart. */
export function registryLock(db: Db): bigint {
  return advisoryKey('skills_registry', db.info.schema)
}

/**
 * Waits for the lock, until the end of the transaction; also bounds how long later statements wait for rows. A wait that
 * is too long is SQLSTATE 55P03. One message: `key` is a number and `waitMs` is rounded, so nothing needs quoting.
 */
export async function takeLock(db: Db, key: bigint, waitMs: number): Promise<void> {
  await db.exec(`SET LOCAL lock_timeout = ${Math.max(1, Math.round(waitMs))}; SELECT pg_advisory_xact_lock(${key})`)
}
