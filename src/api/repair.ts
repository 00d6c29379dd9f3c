import { migrationSources, toolName } from '../config/package-files.ts'
import { DEFAULT_LEDGER } from '../config/settings.ts'
import type { Db } from '../db/db.ts'
import type { RepairReport } from '../migrations/ledger/repair.ts'
import { planRepair, repair as carryOutRepair } from '../migrations/ledger/repair.ts'
import type { MigrateCallOptions } from './migrate.ts'

export interface RepairCallOptions extends Pick<MigrateCallOptions, 'migrations' | 'ledger'> {
  version: string
  /** Drop the row instead of taking the digest of the file. */
  forget?: boolean
  /** Only say what would be done. */
  dryRun?: boolean
}

/** `skills migrate repair`. Throws VERSION_UNKNOWN. */
export async function repair(db: Db, options: RepairCallOptions): Promise<RepairReport> {
  const { version, forget } = options
  const sources = migrationSources(options.migrations)
  const plan = await planRepair(db, { sources, ledger: options.ledger ?? DEFAULT_LEDGER, version, forget: forget === true })
  return options.dryRun === true ? plan : carryOutRepair(db, plan, toolName())
}
