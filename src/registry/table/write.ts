import type { Db } from '../../db/db.ts'
import { advisoryKey } from '../../db/locks.ts'
import type { Plan } from './compare.ts'
import type { RegistryRow } from '../skill/registry-row.ts'
import { rowText } from '../skill/row-text.ts'

/**
 * One statement for many rows: $1 has a line for each, a JSON array of its columns. Line by line is faster to read for the
 * server than one large document, or an array for each column. `now()` stands in the SELECT and reaches the update through
 * `excluded`: a distributed Postgres refuses function calls in DO UPDATE SET.
 */
const UPSERT = `
  INSERT INTO skills_registry (skill_id, version, sha256, enabled, trust_level, meta, updated_at)
  SELECT r->>0, r->>1, r->>2, (r->3)::boolean, (r->4)::integer, r->5, now()
    FROM (SELECT line::jsonb AS r FROM unnest(string_to_array($1::text, E'\\n')) AS line OFFSET 0) AS lines
  ON CONFLICT (skill_id) DO UPDATE SET
    version     = excluded.version,
    sha256      = excluded.sha256,
    enabled     = excluded.enabled,
    trust_level = excluded.trust_level,
    meta        = excluded.meta,
    updated_at  = excluded.updated_at`

const DELETE = 'DELETE FROM skills_registry WHERE skill_id IN (SELECT jsonb_array_elements_text($1::jsonb))'

/** Rows of one statement: what it carries is in memory several times, here and on the server. */
const ROWS_AT_ONCE = 2500

/**
 * Brings a plan into the registry, inside of the caller's transaction. Returns the number of statements: for each 2,500 new
 * rows, for each 2,500 others, and for the rows that go. The text of one is made while the server works on the one before.
 */
export async function writePlan(db: Db, { inserts, writes, deleted }: Plan): Promise<number> {
  let statements = 0
  let before: Promise<unknown> = Promise.resolve()
  const send = async (sql: string, parameter: string | readonly string[]): Promise<void> => {
    const statement = db.query(sql, [parameter])
    statements++
    // it is asked what became of it when the next one is there
    statement.catch(() => undefined)
    await before
    before = statement
  }
  for (const lines of inGroups(inserts, ({ id }) => id, rowText)) await send(UPSERT, lines)
  for (const lines of inGroups(writes, ({ skill_id }) => skill_id, textOf)) await send(UPSERT, lines)
  if (deleted.length > 0) await send(DELETE, deleted)
  await before
  return statements
}

/** The lines of as many rows as one statement takes; the text of a row is made when it is asked for. */
function* inGroups<T>(rows: readonly T[], idOf: (row: T) => string, textOfRow: (row: T) => string): Generator<string> {
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    yield rows
      .slice(from, from + ROWS_AT_ONCE)
      .map((row) => lineOf(idOf(row), textOfRow(row)))
      .join('\n')
  }
}

/** The columns as a JSON array; `rest` is one of those behind the id. */
function lineOf(id: string, rest: string): string {
  return `[${JSON.stringify(id)}, ${rest.slice(1)}`
}

function textOf({ version, sha256, enabled, trust_level, meta }: RegistryRow): string {
  return JSON.stringify([version, sha256, enabled, trust_level, meta])
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
