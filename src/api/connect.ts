import type { Purpose } from '../config/database-choice.ts'
import type { Flags } from '../config/settings.ts'
import { loadSettings } from '../config/settings.ts'
import type { Db } from '../db/db.ts'
import { openDb } from '../db/open.ts'

export interface ConnectOptions extends Flags {
  /** Milliseconds to wait for a server that is still starting. */
  waitMs?: number
  /** `migrate` prefers the address of the server itself (`directUrl`, DIRECT_URL). */
  purpose?: Purpose
  env?: Readonly<Record<string, string | undefined>>
  cwd?: string
}

/** Opens a database as the command line does: `databaseUrl`, else DATABASE_URL, PG*, the configuration file, the embedded one. Close it with `db.close()`. */
export async function connect(options: ConnectOptions = {}): Promise<Db> {
  const settings = await loadSettings(options, options.env ?? process.env, options.cwd ?? process.cwd(), options.purpose)
  return openDb(settings.database.value, { schema: settings.schema.value, waitMs: options.waitMs })
}
