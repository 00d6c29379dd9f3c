import { catalogQuery, migrationSources, toolName } from '../config/package-files.ts'
import { DEFAULT_LEDGER } from '../config/settings.ts'
import type { SkillsError } from '../core/errors.ts'
import type { Db } from '../db/db.ts'
import { migrate as runMigrations } from '../migrations/run/migrate.ts'
import { readMigrations } from '../migrations/files/read-migrations.ts'
import type { MigrateEvent, MigrateReport } from '../migrations/run/report.ts'

export interface MigrateCallOptions {
  /** Folders of your own migrations, run after the package's. */
  migrations?: readonly string[]
  ledger?: string
  dryRun?: boolean
  strict?: boolean
  /** Stop after this version. */
  to?: string | undefined
  /** Refuse a pending file that sorts before an applied one. */
  strictOrder?: boolean
  /** Go on with the next file after one that failed. */
  keepGoing?: boolean
  statementTimeoutMs?: number
  lockWaitMs?: number
  lockTimeoutMs?: number
  onEvent?: (event: MigrateEvent) => void
}

/** `skills migrate`. Never throws for bad SQL: `error` says why it stopped, `report` what was done. */
export async function migrate(db: Db, options: MigrateCallOptions = {}): Promise<{ report: MigrateReport; error?: SkillsError }> {
  const { migrations, ledger, ...rest } = options
  return runMigrations(db, {
    ...rest,
    files: () => readMigrations(migrationSources(migrations)),
    ledger: ledger ?? DEFAULT_LEDGER,
    tool: toolName(),
    catalogQuery: catalogQuery(),
  })
}
