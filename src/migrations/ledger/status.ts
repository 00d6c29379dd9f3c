import type { Count, Time } from '../../core/report-types.ts'
import type { Db } from '../../db/db.ts'
import { readLedger } from './ledger.ts'
import type { MigrationSource } from '../files/migration-file.ts'
import type { MigrationState } from './plan.ts'
import { planMigrations } from './plan.ts'
import { readMigrations } from '../files/read-migrations.ts'

export interface StatusReport {
  schema: string
  ledger: string
  migrations: {
    version: string
    file: string
    state: MigrationState
    appliedAt: Time | null
    outOfOrder: boolean
  }[]
  missing: string[]
  /** Rows of the ledger that belong to somebody else's migrations. */
  foreign: Count
  upToDate: boolean
}

/** Files against ledger. Writes nothing, also where there is no ledger yet. */
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
      appliedAt: row?.appliedAt ?? null,
      outOfOrder,
    })),
    missing: plan.missing.map(({ version }) => version),
    foreign: plan.foreign.length,
    upToDate: plan.pending.length === 0 && plan.changed.length === 0,
  }
}
