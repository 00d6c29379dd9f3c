import type { FolderNote } from '../../core/report-types.ts'
import type { Db } from '../../db/db.ts'
import type { ParsedMigration } from '../files/parse-migration.ts'
import type { MigrationFile } from '../files/read-migrations.ts'
import type { MigrateEvent } from './report.ts'

/** The options of one run. */
export interface MigrateOptions {
  /** Returns all files, the package's first, as `readMigrations` does. */
  files: () => readonly MigrationFile[]
  /** Name of the ledger table. */
  ledger: string
  /** The tool and its version for the ledger, as `skills 1.2.3`. */
  tool: string
  /** Path of `sql/catalog/objects.sql`. */
  catalogQuery: string
  /** For the report: whose code a superuser would run. */
  foreignOwners: readonly string[]
  /** For the report. */
  folderNotes: readonly FolderNote[]
  dryRun?: boolean
  /** In a dry run: also the SQL script that would run. */
  script?: boolean
  /** Stop after this version. */
  to?: string | undefined
  /** Refuse a pending file that sorts before an applied one. */
  strictOrder?: boolean
  /** Continue with the next file after a file fails. The error at the end lists all failures. */
  keepGoing?: boolean
  /** Time limit for each statement, in milliseconds. Default: no limit. */
  statementTimeoutMs?: number
  /** Fail when an object already exists, instead of skipping the statement. */
  strict?: boolean
  /** Apply files that change rows of a table which existed before them and has rows. */
  acceptExisting?: boolean
  /** How long to wait in all for other runs and for locked tables, in milliseconds. Default: 60,000. */
  lockWaitMs?: number
  /** How long one attempt waits for a locked table, in milliseconds. Default: 5,000. */
  lockTimeoutMs?: number
  /** Revoke CREATE on the schema from PUBLIC before the first file; not in a dry run. */
  revokePublicCreate?: boolean
  /** The role that files run under, unless they name one. Default: that of the connection. */
  role?: string | undefined
  onEvent?: (event: MigrateEvent) => void
}

/** What is the same for all files of a run: the options with their defaults, and the names made from them. */
export interface RunSettings {
  db: Db
  /** The ledger, qualified and quoted. */
  ledger: string
  lockKey: bigint
  lockWaitMs: number
  lockTimeoutMs: number
  strict: boolean
  acceptExisting: boolean
  statementTimeoutMs: number | undefined
  /** All files in order, applied or not: together they define the schema. */
  allFiles: readonly MigrationFile[]
  /** The files of this run, in order. */
  pending: readonly ParsedMigration[]
  catalogQuery: string
  tool: string
  onEvent: (event: MigrateEvent) => void
}

/** The settings of a run with the directives of one file. */
export function settingsFor(settings: RunSettings, { directives }: ParsedMigration): RunSettings {
  const { lockTimeoutMs = settings.lockTimeoutMs, statementTimeoutMs = settings.statementTimeoutMs } = directives
  return { ...settings, lockTimeoutMs, statementTimeoutMs }
}

/** `lock_timeout` of a statement that waits by design: all the time that is left, and not less than that of one attempt. 0 is no limit. */
export function longLockTimeout({ lockTimeoutMs }: RunSettings, remainingMs: number): number {
  return lockTimeoutMs === 0 ? 0 : Math.max(lockTimeoutMs, remainingMs)
}
