import type { Db } from '../db/db.ts'
import { readLedger } from './ledger.ts'
import type { MigrationSource } from './migration-file.ts'
import { planMigrations } from './plan.ts'
import { readMigrations } from './read-migrations.ts'
import type { StatusReport } from './report.ts'

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
