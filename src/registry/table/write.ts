import type { Db } from '../../db/db.ts'
import { advisoryKey } from '../../db/locks.ts'
import type { SyncPlan } from './compare.ts'
import type { RegistryRow } from '../skill/registry-row.ts'
import { rowFor } from '../skill/skill-row.ts'

/**
 * One statement for many rows: $1 has one line for each row, a JSON array of its columns. The server reads lines faster than
 * one large document or an array for each column. `now()` is in the SELECT, and the update gets it from `excluded`: a
 * distributed Postgres does not allow function calls in DO UPDATE SET.
 */
const UPSERT = `
  INSERT INTO :"schema".skills_registry (skill_id, version, sha256, enabled, trust_level, meta, updated_at)
  SELECT r->>0, r->>1, r->>2, (r->3)::boolean, (r->4)::integer, r->5, now()
    FROM (SELECT line::jsonb AS r FROM unnest(string_to_array($1::text, E'\\n')) AS line OFFSET 0) AS lines
  ON CONFLICT (skill_id) DO UPDATE SET
    version     = excluded.version,
    sha256      = excluded.sha256,
    enabled     = excluded.enabled,
    trust_level = excluded.trust_level,
    meta        = excluded.meta,
    updated_at  = excluded.updated_at`

const DELETE = 'DELETE FROM :"schema".skills_registry WHERE skill_id IN (SELECT jsonb_array_elements_text($1::jsonb))'

/** Rows of one statement. Its text is in memory several times, here and on the server. */
const ROWS_AT_ONCE = 2500

/**
 * Carries out a plan in the transaction of the caller. Returns the number of statements: one for each 2,500 new rows, one for
 * each 2,500 updates, and one for all deletions. The text of a statement is made while the server runs the one before.
 */
export async function writePlan(db: Db, { inserts, updates, deleted }: SyncPlan): Promise<number> {
  let statements = 0
  let before: Promise<unknown> = Promise.resolve()
  const send = async (sql: string, parameter: string | readonly string[]): Promise<void> => {
    const statement = db.run(sql, [parameter])
    statements++
    // its error is thrown by `await before` in the next call
    statement.catch(() => undefined)
    await before
    before = statement
  }
  for (const lines of inGroups(inserts, (skill) => lineOf(rowFor(skill)))) await send(UPSERT, lines)
  for (const lines of inGroups(updates, lineOf)) await send(UPSERT, lines)
  if (deleted.length > 0) await send(DELETE, deleted)
  await before
  return statements
}

/** The lines of the rows of each statement. A line is made when its statement is sent. */
function* inGroups<T>(rows: readonly T[], toLine: (row: T) => string): Generator<string> {
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    yield rows
      .slice(from, from + ROWS_AT_ONCE)
      .map((row) => toLine(row))
      .join('\n')
  }
}

function lineOf({ skill_id, version, sha256, enabled, trust_level, meta }: RegistryRow): string {
  return JSON.stringify([skill_id, version, sha256, enabled, trust_level, meta])
}

/** Key of the advisory lock of syncs: one sync of a registry runs at a time. */
export function registryLock(db: Db): bigint {
  return advisoryKey('skills_registry', db.info.schema)
}

/**
 * Takes the lock until the end of the transaction; the limit applies to later waits for rows too. A wait that is too long
 * fails with SQLSTATE 55P03. One message: `key` is a number and `waitMs` is rounded, so nothing needs quotes.
 */
export async function takeLock(db: Db, key: bigint, waitMs: number): Promise<void> {
  await db.exec(`SET LOCAL lock_timeout = ${Math.max(1, Math.round(waitMs))}; SELECT pg_advisory_xact_lock((${key})::bigint)`)
}
