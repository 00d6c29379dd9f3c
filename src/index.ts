import path from 'node:path'
import type { Flags, Settings } from './config/settings.ts'
import type { Db } from './db/db.ts'
import type { MigrateEvent, MigrateReport, StatusReport } from './migrations/report.ts'
import type { SkillsError } from './core/errors.ts'
import { loadSettings } from './config/settings.ts'
import { packageRoot, packageVersion } from './config/package-root.ts'
import { openDb } from './db/open.ts'
import type { MigrationSource } from './migrations/migration-file.ts'

export type { Db, DbInfo } from './db/db.ts'
export type { Diagnostic } from './core/diagnostics.ts'
export type { AppliedMigration, ExistingObject, MigrateEvent, MigrateReport, PendingMigration, StatusReport } from './migrations/report.ts'
export { EXIT, SkillsError } from './core/errors.ts'
export type { ErrorCode, ExitCode } from './core/errors.ts'
export { DatabaseError } from './db/database-error.ts'

export interface ConnectOptions extends Flags {
  /** Milliseconds to wait for a server that is still starting. */
  waitMs?: number
  env?: Readonly<Record<string, string | undefined>>
  cwd?: string
}

/** Opens a database as the command line does: `databaseUrl`, else DATABASE_URL, PG*, the configuration file, the embedded one. Close it with `db.close()`. */
export async function connect(options: ConnectOptions = {}): Promise<Db> {
  const settings = await loadSettings(options, options.env ?? process.env, options.cwd ?? process.cwd())
  return openDb(settings.database.value, { schema: settings.schema.value, waitMs: options.waitMs })
}

export interface MigrateCallOptions {
  /** Folders of your own migrations, run after the package's. */
  dirs?: readonly string[]
  ledger?: string
  dryRun?: boolean
  strict?: boolean
  lockWaitMs?: number
  lockTimeoutMs?: number
  onEvent?: (event: MigrateEvent) => void
}

/** `skills migrate`. Never throws for bad SQL: `error` says why it stopped, `report` what was done. */
export async function migrate(db: Db, options: MigrateCallOptions = {}): Promise<{ report: MigrateReport; error?: SkillsError }> {
  const { migrate: run } = await import('./migrations/migrate.ts')
  const { dirs, ledger, ...rest } = options
  return run(db, { ...rest, sources: migrationSources(dirs), ledger: ledger ?? DEFAULT_LEDGER, tool: `skills ${packageVersion()}` })
}

/** `skills migrate status`. Writes nothing. */
export async function migrationStatus(db: Db, options: Pick<MigrateCallOptions, 'dirs' | 'ledger'> = {}): Promise<StatusReport> {
  const { migrationStatus: run } = await import('./migrations/status.ts')
  return run(db, { sources: migrationSources(options.dirs), ledger: options.ledger ?? DEFAULT_LEDGER })
}

const DEFAULT_LEDGER: Settings['ledger']['value'] = 'schema_migrations'

function migrationSources(dirs: readonly string[] = []): MigrationSource[] {
  const own: MigrationSource = { directory: path.join(packageRoot(), 'sql', 'migrations'), label: 'sql/migrations', own: true }
  return [own, ...dirs.map((directory) => ({ directory, label: directory, own: false }))]
}
