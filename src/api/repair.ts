import { migrationSources, toolName } from '../config/package-files.ts'
import { DEFAULT_LEDGER } from '../config/settings.ts'
import type { Db } from '../db/db.ts'
import { planRepair, repair as carryOutRepair, type RepairReport } from '../migrations/ledger/repair.ts'
import { refuseForeignCode } from './foreign-code.ts'
import type { MigrateCallOptions } from './migrate.ts'

export interface RepairCallOptions extends Pick<MigrateCallOptions, 'migrations' | 'ledger'> {
  /** The migration to repair: its file name without `.sql`. */
  version: string
  /** Delete the ledger row, or the record of an interrupted file, instead of recording the digest of the file. */
  forget?: boolean
  /** The name under which the file was applied, when it was renamed and changed: its row gets the new name and digest. */
  renamedFrom?: string | undefined
  /** Return what would change. Write nothing. */
  dryRun?: boolean
}

/**
 * Accepts a changed file: its ledger row gets the digest of the file as it is now. With `forget`, deletes the row, or what is
 * recorded about a no-transaction file that was interrupted. The library call of `skills migrate repair`. Runs no migration. Throws VERSION_UNKNOWN when the ledger has no such row, or
 * the row has no file.
 *
 * @example
 * const { action, from, to } = await repair(db, { version: '20260101_add_ratings', migrations: ['db/migrations'] })
 * console.log(action, from, to)
 */
export async function repair(db: Db, options: RepairCallOptions): Promise<RepairReport> {
  const { version, forget, renamedFrom } = options
  await refuseForeignCode(db, options.ledger)
  const sources = migrationSources(options.migrations)
  const plan = await planRepair(db, { sources, ledger: options.ledger ?? DEFAULT_LEDGER, version, forget: forget === true, renamedFrom })
  return options.dryRun === true ? plan : carryOutRepair(db, plan, toolName())
}
