import { DEFAULTS } from '../../config/defaults.ts'
import type { Db } from '../../db/db.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { createLedgerSql, ledgerName } from '../ledger/ledger.ts'
import { migrationLock } from '../ledger/lock.ts'
import { lockedTransaction } from '../ledger/locked-transaction.ts'
import type { MigrateOptions } from './migrate-options.ts'
import type { MigrationFile } from '../files/migration-file.ts'
import { parseMigration } from '../files/parse-migration.ts'
import { refusePooled, refuseUnfit } from './refusals.ts'
import type { MigrateReport } from './report.ts'
import { runFiles } from './run-files.ts'
import type { RunSettings } from './run-settings.ts'

export interface PendingWork {
  /** All files, applied or not. */
  files: readonly MigrationFile[]
  pending: readonly MigrationFile[]
  ledgerState: Ledger['state']
}

/** Checks all pending files, then runs them; in a dry run only checks. What is done goes into the report. */
export async function applyPending(db: Db, options: MigrateOptions, work: PendingWork, report: MigrateReport): Promise<void> {
  const pending = work.pending.map(parseMigration)
  report.pending = pending.map(({ version, file, statements, noTransaction }) => ({
    version,
    file,
    statements: statements.length,
    transaction: !noTransaction,
  }))
  refuseUnfit(pending)
  refusePooled(db, pending)
  if (report.dryRun) {
    const { planStatements } = await import('./plan-statements.ts')
    const plans = await planStatements(db, pending)
    for (const [i, entry] of report.pending.entries()) entry.plan = plans[i] ?? []
    return
  }
  const settings: RunSettings = {
    db,
    ledger: ledgerName(db, options.ledger),
    lockKey: migrationLock(db, options.ledger),
    lockWaitMs: options.lockWaitMs ?? DEFAULTS.lockWaitMs,
    lockTimeoutMs: options.lockTimeoutMs ?? DEFAULTS.lockTimeoutMs,
    strict: options.strict === true,
    statementTimeoutMs: options.statementTimeoutMs,
    history: work.files,
    catalogQuery: options.catalogQuery,
    tool: options.tool,
    onEvent: options.onEvent ?? (() => undefined),
  }
  if (work.ledgerState !== 'ready') await createLedger(settings, options.ledger, work.ledgerState)
  await runFiles(settings, pending, report, options.keepGoing === true)
}

/** Under the lock, as CREATE TABLE IF NOT EXISTS itself fails when two run it at once. */
async function createLedger(
  { db, lockKey, lockWaitMs, lockTimeoutMs, onEvent }: RunSettings,
  ledger: string,
  state: Ledger['state'],
): Promise<void> {
  await lockedTransaction(db, { key: lockKey, waitMs: lockWaitMs, onEvent }, () =>
    db.exec(`SET LOCAL lock_timeout = ${lockTimeoutMs}; ${createLedgerSql(db, ledger, state)}`),
  )
}
