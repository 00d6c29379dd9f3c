import type { Purpose, Settings } from '../config/settings.ts'
import { loadSettings } from '../config/settings.ts'
import { parseDuration } from '../core/durations.ts'
import type { ExitCode, SkillsError } from '../core/errors.ts'
import type { Db } from '../db/db.ts'
import { openDb } from '../db/open.ts'
import type { Style } from '../render/style.ts'
import { onInterrupt } from './interrupt.ts'
import type { Io } from './io.ts'
import type { Progress } from './progress.ts'

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
export type CommandFlags = DatabaseFlags & { ledger?: string; skills?: string[]; dir?: string[] }

/** Options that every command takes. */
export interface CommonFlags {
  json?: boolean
  color?: boolean
  quiet?: boolean
}

/** What a command works with. It returns data; the shell prints. */
export interface Context {
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  io: Io
  progress: Progress
}

/** What a command gives back. */
export interface CommandResult {
  /** For `--json`. */
  report: object
  /** For people: the lines of the report on stdout. */
  view: (style: Style, width: number) => string[]
  exit?: ExitCode
  error?: SkillsError
}

/** Resolves the settings and opens the database, runs the work, closes. On Ctrl-C the running statement is cancelled on the server. */
export async function withDatabase<T>(
  context: Context,
  flags: CommandFlags,
  work: (db: Db, settings: Settings) => Promise<T>,
  purpose: Purpose = 'use',
): Promise<T> {
  const settings = await settingsOf(context, flags, purpose)
  const waitMs = flags.wait === undefined ? 0 : parseDuration(flags.wait, '--wait')
  const db = await openDb(settings.database.value, { schema: settings.schema.value, waitMs })
  const release = onInterrupt(() => db.cancel())
  try {
    return await work(db, settings)
  } finally {
    release()
    context.progress.stop()
    await db.close()
  }
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
      migrations: flags.dir,
      config: flags.config,
    },
    context.env,
    context.cwd,
    purpose,
  )
}
