import type { MigrationFile } from '../files/migration-file.ts'
import type { MigrateEvent } from './report.ts'

/** What a run may be told. */
export interface MigrateOptions {
  /** As `readMigrations` gives them: all files, the package's first. */
  files: () => readonly MigrationFile[]
  /** Name of the ledger table. */
  ledger: string
  /** `skills 1.2.3`: who is written into the ledger. */
  tool: string
  dryRun?: boolean
  /** Stop after this version. */
  to?: string | undefined
  /** Refuse a pending file that sorts before an applied one. */
  strictOrder?: boolean
  /** Go on with the next file after one that failed; the error at the end tells all failures. */
  keepGoing?: boolean
  /** Limit for each statement, in milliseconds; none unless given. */
  statementTimeoutMs?: number
  /** `sql/catalog/objects.sql` of the package. */
  catalogQuery: string
  /** Tolerate nothing: an object that exists already is a failure. */
  strict?: boolean
  /** How long to wait for other runs and for locked tables, in milliseconds; 60 s. */
  lockWaitMs?: number
  /** How long one attempt waits for a locked table, in milliseconds; 5 s. */
  lockTimeoutMs?: number
  onEvent?: (event: MigrateEvent) => void
}
