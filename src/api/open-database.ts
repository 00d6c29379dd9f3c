import { describeDatabase, type Settings } from '../config/settings.ts'
import { nameDatabase } from '../core/errors.ts'
import type { DatabaseTarget } from '../core/target.ts'
import type { Db, OpenOptions } from '../db/db.ts'
import { openDb } from '../db/open.ts'
import { isInUse } from '../db/unfinished-folder.ts'

/** Opens a database that the settings name. Throws DATABASE_UNREACHABLE, EMBEDDED_BUSY and EMBEDDED_BROKEN. */
export async function openDatabase(target: DatabaseTarget, options: OpenOptions = {}): Promise<Db> {
  return openDb(target, options)
}

/** Opens the database of the settings. Its errors name it, and the setting that chose it. */
export async function openConfigured({ database, schema }: Settings, options: Omit<OpenOptions, 'schema'> = {}): Promise<Db> {
  try {
    return await openDb(database.value, { ...options, schema: schema.value })
  } catch (error) {
    throw nameDatabase(error, describeDatabase(database))
  }
}

/** Whether the database exists, as far as that is known without opening it: an embedded one can be missing. */
export function databaseExists(target: DatabaseTarget): boolean {
  return target.kind === 'server' || target.directory === 'memory' || isInUse(target.directory)
}
