import type { Db } from '../../db/db.ts'
import type { MigrationFile } from '../files/read-migrations.ts'
import { isInOwnSchema, readLedger, type Ledger } from './ledger.ts'
import { planMigrations, type MigrationPlan } from './plan.ts'

/** The ledger, compared with the files. */
export interface History extends Pick<Ledger, 'state'> {
  plan: MigrationPlan
}

/**
 * Reads the ledger and compares it with the files. Throws LEDGER_ELSEWHERE when files are pending here that the ledger of another
 * schema contains, unless the schema was chosen: then the search_path has changed. Throws MIGRATION_FILE_INVALID for a file that has the
 * name of another one of the package by chance.
 */
export async function readHistory(db: Db, files: readonly MigrationFile[], ledger: string): Promise<History> {
  if (files.some(({ twin }) => twin !== undefined)) {
    const { refuseOtherTwins } = await import('../files/twins.ts')
    refuseOtherTwins(files)
  }
  const { state, rows } = await readLedger(db, ledger)
  const plan = planMigrations(files, rows)
  if (plan.pending.length > 0 && !db.info.schemaChosen && isInOwnSchema(ledger)) {
    const { refuseOtherLedgers } = await import('./other-ledgers.ts')
    await refuseOtherLedgers(db, ledger, plan)
  }
  return { state, plan }
}
