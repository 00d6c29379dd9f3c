import type { DatabaseTarget } from '../core/target.ts'
import type { Db, OpenOptions } from '../db/db.ts'
import { openDb } from '../db/open.ts'
import { makeScratchDatabase } from '../db/scratch-database.ts'

/** An empty database, and how to remove it. */
export interface TemporaryDatabase {
  db: Db
  /** Closes the connection and removes the database. */
  drop(): Promise<void>
}

/**
 * Opens an empty database that `drop` removes: a new database on the server of the target, or an embedded one in memory.
 * Throws PERMISSION_DENIED when the role cannot create databases.
 */
export async function openTemporaryDatabase(
  target: DatabaseTarget,
  { schema, waitMs = 0 }: Pick<OpenOptions, 'schema' | 'waitMs'>,
): Promise<TemporaryDatabase> {
  if (target.kind === 'server') return makeScratchDatabase(target, { schema, waitMs })
  const db = await openDb(target, { schema })
  return { db, drop: () => db.close() }
}
