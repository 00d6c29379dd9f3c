import { permissionDenied, schemaHidden } from '../core/common-errors.ts'
import { formatDuration } from '../core/durations.ts'
import { SkillsError } from '../core/errors.ts'
import type { RowOf } from '../db/columns.ts'
import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'
import { hiddenSchemas } from '../db/hidden-schemas.ts'
import { describeHolder, readBlockers } from '../db/locks.ts'
import { quoteIdent } from '../db/quote.ts'
import { rowsHiddenFrom } from '../db/skills-error.ts'
import { SQLSTATE } from '../db/sqlstates.ts'

export interface ReadableOptions {
  /** Tables and views of the package, and the ledger where it is in the same schema. */
  relations: readonly string[]
  /** The ledger in another schema. */
  elsewhere: { schema: string; tables: readonly string[] } | undefined
  /** For a lock, in milliseconds. */
  timeoutMs: number
}

const TABLES = `
  SELECT n.nspname::text AS schema, c.relname::text AS name, has_schema_privilege(n.oid, 'USAGE') AS usable, has_table_privilege(c.oid, 'SELECT') AS readable,
    row_security_active(c.oid) AS filtered, pg_has_role(c.relowner, 'USAGE') AS owned
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p')
    AND ((n.nspname = :'schema' AND $1::jsonb ? c.relname) OR (n.nspname = $2 AND $3::jsonb ? c.relname))
  ORDER BY n.nspname, c.relname`

const TABLE = { schema: 'text', name: 'text', usable: 'boolean', readable: 'boolean', filtered: 'boolean', owned: 'boolean' } as const
type Table = RowOf<typeof TABLE>

/**
 * A gate that may not look is not green: throws PERMISSION_DENIED with the GRANTs, ROW_SECURITY or TABLE_LOCKED when a table of the package or the
 * ledger cannot be read whole, and otherwise does the work. Takes a lock as a reader does, for a moment.
 */
export async function whenReadable<T>(db: Db, { relations, elsewhere, timeoutMs }: ReadableOptions, work: () => Promise<T>): Promise<T> {
  const limit = Math.ceil(timeoutMs)
  let names: string[] = []
  try {
    await db.transaction({ readOnly: true, rollback: true }, async () => {
      await db.exec(`SET LOCAL lock_timeout = ${limit}; SET LOCAL statement_timeout = ${limit}`)
      const tables = await db.run(TABLES, [relations, elsewhere?.schema ?? null, elsewhere?.tables ?? []], TABLE)
      names = tables.map(({ name }) => name)
      if (tables.length === 0) await refuseHiddenSchema(db)
      refuseMissingPrivileges(db, tables)
      const filtered = tables.find((table) => table.filtered)
      if (filtered !== undefined) throw rowsHiddenFrom(db.info, filtered.name, filtered.owned)
      if (tables.length > 0)
        await db.exec(`LOCK TABLE ${tables.map((table) => `ONLY ${qualified(table)}`).join(', ')} IN ACCESS SHARE MODE`)
    })
    return await work()
  } catch (error) {
    throw isTimeout(error) ? await lockedOut(db, names, limit, error) : error
  }
}

/** A statement that a time limit of the server, the role or this tool ended. */
function isTimeout(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && (error.code === SQLSTATE.lockNotAvailable || error.code === SQLSTATE.queryCanceled)
}

/** PostgreSQL leaves a schema without USAGE out of the search_path, so that the next one counts. */
async function refuseHiddenSchema(db: Db): Promise<void> {
  if (db.info.schemaChosen) return
  const [hidden] = await hiddenSchemas(db)
  if (hidden !== undefined) throw schemaHidden(db.info.user, hidden)
}

function refuseMissingPrivileges({ info }: Db, tables: readonly Table[]): void {
  const schemas = [...new Set(tables.filter(({ usable }) => !usable).map(({ schema }) => schema))]
  const unreadable = tables.filter(({ readable }) => !readable)
  if (schemas.length + unreadable.length === 0) return
  const role = quoteIdent(info.user)
  const lacks = [
    ...schemas.map((schema) => `USAGE on the schema ${schema}`),
    ...(unreadable.length === 0
      ? []
      : [`SELECT on ${unreadable.map(({ schema, name }) => (schema === info.schema ? name : `${schema}.${name}`)).join(', ')}`]),
  ]
  const grants = [
    ...schemas.map((schema) => `GRANT USAGE ON SCHEMA ${quoteIdent(schema)} TO ${role}`),
    ...(unreadable.length === 0 ? [] : [`GRANT SELECT ON ${unreadable.map(qualified).join(', ')} TO ${role}`]),
  ]
  throw permissionDenied({
    who: `role ${info.user}`,
    action: 'verify',
    reason: `it lacks ${lacks.join('; ')}`,
    hint: `run as the owner: ${grants.join('; ')}`,
  })
}

function qualified({ schema, name }: Table): string {
  return `${quoteIdent(schema)}.${quoteIdent(name)}`
}

/** Who holds the lock is found after the transaction has ended. */
async function lockedOut(db: Db, names: readonly string[], limitMs: number, cause: DatabaseError): Promise<SkillsError> {
  const [holder] = await readBlockers(db, names)
  const reason =
    holder === undefined
      ? `a table could not be read within ${formatDuration(limitMs)}: ${cause.message}`
      : `the table ${holder.relation} is locked by ${describeHolder(holder)}`
  return new SkillsError('TABLE_LOCKED', reason, {
    hint: 'run it again when that transaction has ended, or wait longer with --check-timeout',
    cause,
  })
}
