import { isJsonObject, type JsonObject } from '../core/json.ts'
import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'

/**
 * The database that spilled events belong to. Host names change (a pooler, a failover), so that of a database that was
 * reached once is the identifier of its server with database and schema. Before, it is what was configured.
 */
export interface SpillOwner {
  /** The database as configured, without a password: for people. */
  place: string
  /** A digest of what the database is chosen from: options and variables. Known at once, before any file is read. */
  inputs: string
  /** A digest of the target that was chosen; undefined in a process that ended before that. */
  configured?: string
  /** Where the events go; undefined until the database was reached, or when the role cannot read the identifier. */
  reached?: { server: string; database: string; schema: string }
}

/** Whether two owners are one database and schema. */
export function isSameOwner(a: SpillOwner, b: SpillOwner): boolean {
  if (a.reached === undefined || b.reached === undefined) {
    const isChosen = a.configured !== undefined && b.configured !== undefined
    return isChosen ? a.configured === b.configured : a.inputs === b.inputs
  }
  return a.reached.server === b.reached.server && a.reached.database === b.reached.database && a.reached.schema === b.reached.schema
}

/** Reads from the database what identifies it. */
export async function reachedBy(db: Db, place: string): Promise<SpillOwner['reached']> {
  const { kind, database, schema } = db.info
  // embedded databases come from one archive: they have the same identifier
  if (kind === 'embedded') return { server: place, database, schema }
  try {
    const [row] = await db.run('SELECT system_identifier::text AS server FROM pg_control_system()', [], { server: 'text' })
    return row === undefined ? undefined : { server: row.server, database, schema }
  } catch (error) {
    if (error instanceof DatabaseError) return undefined
    throw error
  }
}

/** The first line of a spill file. */
export function ownerLine(owner: SpillOwner): string {
  return `${JSON.stringify({ owner })}\n`
}

/** The reverse of `ownerLine`; undefined for a file without an owner. */
export function ownerOfLine(line: string): SpillOwner | undefined {
  let owner: unknown
  try {
    owner = (JSON.parse(line) as JsonObject)['owner']
  } catch {
    return undefined
  }
  if (!isJsonObject(owner)) return undefined
  const { place, inputs, configured, reached } = owner
  if (typeof place !== 'string' || typeof inputs !== 'string') return undefined
  return {
    place,
    inputs,
    ...(typeof configured === 'string' ? { configured } : {}),
    ...(isJsonObject(reached)
      ? { reached: { server: String(reached['server']), database: String(reached['database']), schema: String(reached['schema']) } }
      : {}),
  }
}

/** Whether a line of a spill file names the owner, and is not an event. */
export function isOwnerLine(value: JsonObject): boolean {
  return 'owner' in value && Object.keys(value).length === 1
}
