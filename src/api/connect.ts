import path from 'node:path'
import type { Purpose } from '../config/database-choice.ts'
import { loadSettings, type Flags, type Settings } from '../config/settings.ts'
import type { Db } from '../db/db.ts'
import { openConfigured } from './open-database.ts'

export interface ConnectOptions extends Flags {
  /** How long to wait for a server that is starting, in milliseconds. Default: 0. */
  waitMs?: number
  /** `migrate` prefers `directUrl` and DIRECT_URL, the address of the server behind a pooler. */
  purpose?: Purpose
  /** Environment variables. Default: `process.env`. */
  env?: Readonly<Record<string, string | undefined>>
  /** Default: the working directory. */
  cwd?: string
}

/**
 * Opens the database that the command line would use: `databaseUrl`, then DATABASE_URL, the PG* variables, the
 * configuration file, and the embedded database. Close the connection with `db.close()`. Throws CONFIG_INVALID,
 * DATABASE_NOT_CONFIGURED, DATABASE_UNREACHABLE.
 *
 * @example
 * const db = await connect({ embedded: 'memory' })
 * console.log(db.info.label, db.info.schema)
 * await db.close()
 */
export async function connect(options: ConnectOptions = {}): Promise<Db> {
  const cwd = options.cwd ?? process.cwd()
  const settings = await loadSettings(options, options.env ?? process.env, cwd, options.purpose)
  return openConfigured({ ...settings, database: fromFolder(settings.database, cwd) }, { waitMs: options.waitMs })
}

/** Paths of settings are relative to `cwd`, and those of the system to the working directory of the process. */
function fromFolder({ value, origin }: Settings['database'], cwd: string): Settings['database'] {
  if (value.kind === 'server' || value.directory === 'memory') return { value, origin }
  return { value: { ...value, directory: path.relative('', path.resolve(cwd, value.directory)) }, origin }
}
