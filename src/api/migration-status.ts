import { migrationSources } from '../config/package-files.ts'
import { DEFAULT_LEDGER } from '../config/settings.ts'
import type { Db } from '../db/db.ts'
import { migrationStatus as readMigrationStatus, type StatusReport } from '../migrations/ledger/status.ts'
import { refuseForeignCode } from './foreign-code.ts'
import type { MigrateCallOptions } from './migrate.ts'

/**
 * Lists each migration with its state: applied, adopted, pending or changed; the library call of `skills migrate status`.
 * Writes nothing. Throws LEDGER_FOREIGN when the ledger table belongs to another tool, PERMISSION_DENIED when the role
 * cannot read it.
 *
 * @example
 * const { upToDate, migrations } = await migrationStatus(db, { migrations: ['db/migrations'] })
 * if (!upToDate) console.log(migrations.filter(({ state }) => state !== 'applied'))
 */
export async function migrationStatus(db: Db, options: Pick<MigrateCallOptions, 'migrations' | 'ledger'> = {}): Promise<StatusReport> {
  await refuseForeignCode(db, options.ledger)
  return readMigrationStatus(db, { sources: migrationSources(options.migrations), ledger: options.ledger ?? DEFAULT_LEDGER })
}
