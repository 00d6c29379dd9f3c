import { SkillsError } from '../../core/errors.ts'
import type { Db } from '../../db/db.ts'
import type { LedgerFacts } from './ledger-facts.ts'
import { readLedgerFacts } from './ledger-facts.ts'
import type { MigrationFile, MigrationSource } from '../files/migration-file.ts'
import { readMigrations } from '../files/read-migrations.ts'

export interface LedgerState {
  files: MigrationFile[]
  facts?: LedgerFacts
  applied: MigrationFile[]
  /** Why they cannot be compared: no file counts as applied then. */
  missing?: string
}

/** Files and ledger as far as the role may read it. */
export async function readLedgerState(db: Db, sources: readonly MigrationSource[], ledger: string): Promise<LedgerState> {
  const files = readMigrations(sources)
  try {
    return { files, ...(await readLedgerFacts(db, files, ledger)) }
  } catch (error) {
    if (!(error instanceof SkillsError) || error.code !== 'PERMISSION_DENIED') throw error
    return { files, applied: [], missing: error.message }
  }
}
