import type { DatabaseTarget } from '../core/target.ts'
import type { Db, OpenOptions } from '../db/db.ts'
import { openDb } from '../db/open.ts'

/** Opens a database that the settings name. Throws DATABASE_UNREACHABLE, EMBEDDED_BUSY and EMBEDDED_BROKEN. */
export async function openDatabase(target: DatabaseTarget, options: OpenOptions = {}): Promise<Db> {
  return openDb(target, options)
}
