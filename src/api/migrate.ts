import { catalogQuery, migrationSources, toolName } from '../config/package-files.ts'
import { DEFAULT_LEDGER } from '../config/settings.ts'
import type { Db } from '../db/db.ts'
import { statementProgress as readProgress, type StatementProgress } from '../db/statement-progress.ts'
import { folderNotes } from '../migrations/files/folder-notes.ts'
import { readMigrations, type MigrationFile } from '../migrations/files/read-migrations.ts'
import { migrate as runMigrations, type MigrateResult } from '../migrations/run/migrate.ts'
import type { MigrateEvent } from '../migrations/run/report.ts'
import type { EarlyStatements } from '../db/early-statements.ts'
import { SCHEMA_WRITERS } from '../db/writable-schema.ts'
import { isInOwnSchema, ledgerQuery } from '../migrations/ledger/ledger.ts'
import { foreignCodeFor, OTHERS_OWN, refuseForeignCode } from './foreign-code.ts'

export interface MigrateCallOptions {
  /** Folders of your own migrations. They run after the migrations of the package. */
  migrations?: readonly string[]
  /** The files, when `readMigrationFiles` read them before: `migrations` is not read again. */
  files?: readonly MigrationFile[]
  /** The values of variables in your own migrations: `:name`, `:'name'`, `:"name"`. */
  variables?: Readonly<Record<string, string>>
  /** Name of the ledger table. Default: `schema_migrations`. */
  ledger?: string
  /** List the pending statements with their hazards. Write nothing. */
  dryRun?: boolean
  /** With `dryRun`: the result has the SQL script that would run, with locks and hazards as comments. Secrets in the files are in it. */
  script?: boolean
  /** Fail when an object already exists, instead of skipping the statement. */
  strict?: boolean
  /**
   * Apply files that change rows of a table which existed before them and has rows. By default the run stops at the file that would
   * create the table (ROWS_EXIST), because the files may have run before.
   */
  acceptExisting?: boolean
  /** Stop after this version. */
  to?: string | undefined
  /** Refuse a pending file that sorts before an applied one. */
  strictOrder?: boolean
  /** Continue with the next file after a file fails. The error at the end lists all failures. */
  keepGoing?: boolean
  /** Revoke CREATE on the schema from PUBLIC before the first file. PostgreSQL 14 and older grant it on `public`. */
  revokePublicCreate?: boolean
  /** Time limit for each statement, in milliseconds. Default: no limit. */
  statementTimeoutMs?: number
  /** How long to wait in all for other runs and for locked tables, in milliseconds. Default: 60,000. */
  lockWaitMs?: number
  /** How long one attempt waits for a locked table, in milliseconds. Default: 5,000. */
  lockTimeoutMs?: number
  /** The role that the files run under, which the role of the connection must be a member of; a directive `role=` of a file goes before it. */
  role?: string | undefined
  /** Called when the run waits for the lock, and before and after each file. */
  onEvent?: (event: MigrateEvent) => void
}

/**
 * Applies the pending migrations, each once, in the order of their names; the library call of `skills migrate`.
 *
 * Does not throw when a migration fails: `error` says why the run stopped (`error.code` is MIGRATION_FAILED,
 * HISTORY_CHANGED, LOCK_TIMEOUT, ...), `report` what was applied before. `script` is in parts that end with a line; iterate it before the
 * files change, or it throws MIGRATION_FILE_INVALID.
 *
 * @example
 * const { report, error } = await migrate(db, { migrations: ['db/migrations'] })
 * if (error) throw error
 * console.log(report.applied.map(({ version, durationMs }) => `${version}: ${durationMs} ms`))
 */
export async function migrate(db: Db, options: MigrateCallOptions = {}): Promise<MigrateResult> {
  const { migrations, variables, files, ledger, ...rest } = options
  await refuseForeignCode(db, ledger)
  return runMigrations(db, {
    ...rest,
    foreignOwners: (await foreignCodeFor(db, ledger)).roles,
    folderNotes: folderNotes(migrationSources(migrations)),
    files: () => files ?? readMigrationFiles(migrations, variables),
    ledger: ledger ?? DEFAULT_LEDGER,
    tool: toolName(),
    catalogQuery: catalogQuery(),
  })
}

/**
 * The statements of `migrate` before it knows whether there is anything to do: the command line sends them with the first query of
 * the connection. A ledger of another schema is read later: the search_path does not decide whether it is found. For a superuser the server reads it only when no other role owns anything: its code could run.
 */
export function earlyStatements(ledger: string): EarlyStatements {
  return { statements: [SCHEMA_WRITERS, ...(isInOwnSchema(ledger) ? [ledgerQuery(ledger)] : [])], othersOwn: OTHERS_OWN }
}

/**
 * Reads the migrations of the package and of your folders, without a database: to hand them to `migrate` later, or to
 * list them. `variables` are the values of variables in your files. Throws MIGRATIONS_DIR_MISSING and MIGRATION_FILE_INVALID.
 *
 * @example
 * const files = readMigrationFiles(['db/migrations'])
 * console.log(files.map(({ version, checksum }) => `${version} ${checksum}`))
 */
export function readMigrationFiles(migrations: readonly string[] = [], variables: Readonly<Record<string, string>> = {}): MigrationFile[] {
  return readMigrations(migrationSources(migrations, variables))
}

/**
 * What another connection of the server is doing, by its process ID: the command, its progress, and who blocks it. `watcher`
 * is a second connection. Undefined when the server shows nothing.
 */
export async function statementProgress(watcher: Db, pid: number): Promise<StatementProgress | undefined> {
  return readProgress(watcher, pid)
}
