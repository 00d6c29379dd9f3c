import type { Count, Time } from '../../core/report-types.ts'
import type { Db } from '../../db/db.ts'
import { readMigrations, type MigrationSource } from '../files/read-migrations.ts'
import { readLedger } from './ledger.ts'
import { planMigrations, type MigrationState } from './plan.ts'

export interface StatusReport {
  schema: string
  ledger: string
  migrations: {
    version: string
    file: string
    state: MigrationState
    /** Runs again when the file changes. Pending with a time: it changed since it was applied. */
    repeatable: boolean
    appliedAt: Time | null
    outOfOrder: boolean
  }[]
  /** Versions that this tool applied, without a file. */
  missing: string[]
  /** The number of ledger rows that another tool wrote. */
  foreign: Count
  upToDate: boolean
}

/** Lists the files with their state. Writes nothing, also when the ledger does not exist yet. */
export async function migrationStatus(db: Db, options: { sources: readonly MigrationSource[]; ledger: string }): Promise<StatusReport> {
  const files = readMigrations(options.sources)
  const { rows } = await readLedger(db, options.ledger)
  const plan = planMigrations(files, rows)
  return {
    schema: db.info.schema,
    ledger: options.ledger,
    migrations: plan.migrations.map(({ file, state, row, outOfOrder }) => ({
      version: file.version,
      file: file.file,
      state,
      repeatable: file.repeatable,
      appliedAt: row?.appliedAt ?? null,
      outOfOrder,
    })),
    missing: plan.missing.map(({ version }) => version),
    foreign: plan.foreign.length,
    upToDate: plan.pending.length === 0 && plan.changed.length === 0,
  }
}
