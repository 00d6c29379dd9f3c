import { existsSync } from 'node:fs'
import type { Purpose, Settings } from '../../config/settings.ts'
import { loadSettings } from '../../config/settings.ts'
import { notMigrated } from '../../core/common-errors.ts'
import { parseDuration } from '../../core/durations.ts'
import type { Diagnostic } from '../../core/diagnostics.ts'
import type { ExitCode } from '../../core/errors.ts'
import type { SkillsError } from '../../core/errors.ts'
import type { Db } from '../../db/db.ts'
import { openDb } from '../../db/open.ts'
import type { ReportRun } from '../../render/reporters/report-run.ts'
import type { Style } from '../../render/style.ts'
import { onInterrupt } from '../live/interrupt.ts'
import type { Io } from '../output/io.ts'
import type { Progress } from '../output/progress.ts'

/** Options that every command with a database takes. */
export interface DatabaseFlags {
  databaseUrl?: string
  directUrl?: string
  embedded?: string | true
  schema?: string
  config?: string
  wait?: string
}

/** All options that settings come from. */
export type CommandFlags = DatabaseFlags & ReadingFlags & { ledger?: string; skills?: string[]; dir?: string[]; checks?: string[] }

/** Options that say how skills are read. */
export interface ReadingFlags {
  rootLabel?: string
  namespace?: string
  lenient?: boolean
}

/** Options that every command takes. */
export interface CommonFlags {
  json?: boolean
  color?: boolean
  /** Pictures in ASCII, whatever the locale. */
  ascii?: boolean
  quiet?: boolean
  /** Of the commands that check something: forms of the result, `NAME` or `NAME=FILE`. */
  reporter?: string[]
  /** File of the one report that names none. */
  output?: string
}

/** What a command works with. It returns data; the shell prints. */
export interface Context {
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  io: Io
  progress: Progress
}

/** What a command gives back. */
export interface CommandResult<Report extends object = object> {
  /** For `--json`; null when the error is all there is to say. */
  report: Report | null
  /** For people: the lines of the report on stdout. */
  view?: (style: Style, width: number) => string[]
  /** The findings are what was asked for: people get them on stdout, before the view. */
  findings?: readonly Diagnostic[]
  /** One document for stdout in the place of the view, also with `--quiet`; `--json` goes before it. */
  document?: string
  /** For the reporters of CI systems: what was checked, with the answers. */
  checks?: Pick<ReportRun, 'results' | 'properties'>
  exit?: ExitCode
  error?: SkillsError
}

/** Resolves the settings and opens the database, runs the work, closes. On Ctrl-C the running statement is cancelled on the server. */
export async function withDatabase<T>(
  context: Context,
  flags: CommandFlags,
  work: (db: Db, settings: Settings) => Promise<T>,
  { purpose = 'use', mustExist = false, meanwhile }: WithDatabaseOptions = {},
): Promise<T> {
  const settings = await settingsOf(context, flags, purpose)
  const waitMs = waitOf(flags)
  if (mustExist) refuseMissing(settings)
  const db = await openMeanwhile(settings, waitMs, () => meanwhile?.(settings))
  const release = onInterrupt(() => db.cancel())
  try {
    return await work(db, settings)
  } finally {
    release()
    context.progress.stop()
    await db.close()
  }
}

export interface WithDatabaseOptions {
  purpose?: Purpose
  /** For commands that only look: an embedded database that is not there is not made. */
  mustExist?: boolean
  /** Work that needs no database, done while the connection is being made. */
  meanwhile?: (settings: Settings) => void
}

/** `--wait` in milliseconds. */
export function waitOf({ wait }: DatabaseFlags): number {
  return wait === undefined ? 0 : parseDuration(wait, '--wait')
}

/** For commands that need a database that is there: an embedded one is not made. Throws NOT_MIGRATED. */
export function refuseMissing({ database: { value: target } }: Settings): void {
  if (target.kind === 'server' || target.directory === 'memory' || existsSync(target.directory)) return
  throw notMigrated(`the embedded database ${target.directory} does not exist`)
}

/** Opens the database; the work is done while a server greets. */
async function openMeanwhile({ database, schema }: Settings, waitMs: number, work: () => void): Promise<Db> {
  let tellConnected: (() => void) | undefined
  const connected = new Promise<void>((resolve) => (tellConnected = resolve))
  const opening = openDb(database.value, { schema: schema.value, waitMs, onConnected: () => tellConnected?.() })
  // an embedded database tells of no connection, a failure neither
  await Promise.race([connected, opening.catch(() => undefined)])
  // the driver's first message leaves at the end of the turn that comes
  await nextTurn()
  await nextTurn()
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

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

/** The settings that the command line, the environment and the files give. */
export function settingsOf(context: Context, flags: CommandFlags, purpose: Purpose = 'use'): Promise<Settings> {
  return loadSettings(
    {
      databaseUrl: flags.databaseUrl,
      directUrl: flags.directUrl,
      embedded: flags.embedded,
      schema: flags.schema,
      ledger: flags.ledger,
      skills: flags.skills,
      rootLabel: flags.rootLabel,
      namespace: flags.namespace,
      lenient: flags.lenient,
      migrations: flags.dir,
      checks: flags.checks,
      config: flags.config,
    },
    context.env,
    context.cwd,
    purpose,
  )
}
