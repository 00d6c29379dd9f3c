import { migrationSources } from '../config/package-files.ts'
import { DEFAULT_LEDGER } from '../config/settings.ts'
import type { Db } from '../db/db.ts'
import type { StatusReport } from '../migrations/ledger/status.ts'
import { migrationStatus as readMigrationStatus } from '../migrations/ledger/status.ts'
import type { MigrateCallOptions } from './migrate.ts'

/** `skills migrate status`. Writes nothing. */
export async function migrationStatus(db: Db, options: Pick<MigrateCallOptions, 'migrations' | 'ledger'> = {}): Promise<StatusReport> {
  return readMigrationStatus(db, { sources: migrationSources(options.migrations), ledger: options.ledger ?? DEFAULT_LEDGER })
}
