import { databaseExists, openDatabase } from '../../api/open-database.ts'
import type { Purpose } from '../../config/database-choice.ts'
import { describeDatabase, loadSettings, type Flags, type Settings } from '../../config/settings.ts'
import { notMigrated } from '../../core/common-errors.ts'
import type { Db, OpenOptions } from '../../db/db.ts'
import type { EarlyStatements } from '../../db/early-statements.ts'
import { onInterrupt } from '../live/interrupt.ts'
import type { Context } from '../output/context.ts'

/** The options that settings come from, and how long to wait for a server, in milliseconds. */
export type ConnectionFlags = SettingFlags & { wait?: number | undefined }

type SettingFlags = Flags & { quiet?: boolean | undefined }

export interface WithDatabaseOptions {
  purpose?: Purpose
  /** For commands that only read: a missing embedded database is an error, and is not created. */
  mustExist?: boolean
  /** False for commands that write nothing: a missing embedded database is not created, an empty one takes its place. */
  creates?: boolean
  /** Statements that the command runs first. */
  early?: (settings: Settings) => EarlyStatements
  /** Work that needs no database, done while the server accepts the connection. */
  meanwhile?: (settings: Settings) => void
}

/** Resolves the settings, opens the database, runs the work and closes. Ctrl-C cancels the running statement on the server. */
export async function withDatabase<T>(
  context: Context,
  flags: ConnectionFlags,
  work: (db: Db, settings: Settings) => Promise<T>,
  { purpose = 'use', mustExist = false, creates = true, early, meanwhile }: WithDatabaseOptions = {},
): Promise<T> {
  const settings = await settingsOf(context, flags, purpose)
  if (mustExist) refuseMissing(settings)
  const db = await openMeanwhile(context, settings, { waitMs: flags.wait, create: creates, early: early?.(settings) }, () =>
    meanwhile?.(settings),
  )
  const release = onInterrupt(db)
  try {
    return await work(db, settings)
  } finally {
    release()
    context.progress.stop()
    await db.close({ wait: false })
  }
}

/** The settings that the command line, the environment and the files give. */
export async function settingsOf(context: Context, flags: SettingFlags, purpose: Purpose = 'use'): Promise<Settings> {
  const settings = await loadSettings(flags, context.env, context.cwd, purpose)
  context.database = describeDatabase(settings.database)
  printNotes(context, flags, settings)
  return settings
}

/** The settings of a command without a database: no database must be configured. */
export async function settingsWithoutDatabase(context: Context, flags: SettingFlags): Promise<Settings> {
  const settings = await loadSettings({ ...flags, embedded: 'memory' }, context.env, context.cwd)
  printNotes(context, flags, settings)
  return settings
}

function printNotes({ io }: Context, { quiet }: SettingFlags, { notes }: Settings): void {
  if (quiet !== true) for (const note of notes) io.err(`note: ${note}`)
}

/** For commands that need an existing database. Throws NOT_MIGRATED for an embedded one that does not exist. */
export function refuseMissing({ database: { value: target } }: Settings): void {
  if (target.kind === 'server' || databaseExists(target)) return
  throw notMigrated(`the embedded database ${target.directory} does not exist`)
}

/** Opens a connection that the settings describe, as often as it is called. */
export function openConnection(
  { io }: Context,
  { database, schema }: Settings,
  options: Pick<OpenOptions, 'create' | 'waitMs' | 'early' | 'onConnected'> = {},
): Promise<Db> {
  return openDatabase(database.value, { ...options, schema: schema.value, onWarning: (text) => io.err(`warning: ${text}`) })
}

/** Opens the database; the work is done while the server prepares its greeting. */
async function openMeanwhile(
  context: Context,
  settings: Settings,
  options: Pick<OpenOptions, 'create' | 'waitMs' | 'early'>,
  work: () => void,
): Promise<Db> {
  let reportConnected: (() => void) | undefined
  const connected = new Promise<void>((resolve) => (reportConnected = resolve))
  const opening = openConnection(context, settings, { ...options, onConnected: () => reportConnected?.() })
  // an embedded database reports no connection, and neither does a failure
  await Promise.race([connected, opening.catch(() => undefined)])
  try {
    work()
  } catch (error) {
    await opening.then(
      (db) => db.close(),
      () => undefined,
    )
    throw error
  }
  return opening
}
