import { SkillsError } from '../core/errors.ts'
import { plural } from '../core/text.ts'
import { DatabaseError } from '../db/database-error.ts'
import type { Db, Outcome } from '../db/db.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import type { Ledger } from './ledger.ts'
import { createLedgerSql, ledgerName, readLedger } from './ledger.ts'
import { GUARD, guardSql, migrationLock, waitForLock } from './lock-guard.ts'
import type { MigrationSource, ParsedMigration } from './migration-file.ts'
import { parseMigration } from './parse-migration.ts'
import type { Plan } from './plan.ts'
import { planMigrations } from './plan.ts'
import { readMigrations } from './read-migrations.ts'
import type { AppliedMigration, MigrateEvent, MigrateReport } from './report.ts'
import type { Closing } from './run-in-transaction.ts'
import { close, runInTransaction } from './run-in-transaction.ts'
import type { RunSettings } from './run-settings.ts'
import { runWithoutTransaction } from './run-without-transaction.ts'

export interface MigrateOptions {
  sources: readonly MigrationSource[]
  /** Name of the ledger table. */
  ledger: string
  /** `skills 1.2.3`: who is written into the ledger. */
  tool: string
  dryRun?: boolean
  /** Tolerate nothing: an object that exists already is a failure. */
  strict?: boolean
  /** How long to wait for other runs and for locked tables, in milliseconds; 60 s. */
  lockWaitMs?: number
  /** How long one attempt waits for a locked table, in milliseconds; 5 s. */
  lockTimeoutMs?: number
  onEvent?: (event: MigrateEvent) => void
}

export interface MigrateResult {
  report: MigrateReport
  /** Why it stopped; what the report calls applied stays applied. */
  error?: SkillsError
}

/**
 * Applies the pending migrations. Never throws for what the database or the files say: the error is in
 * the result, beside what was done before it.
 */
export async function migrate(db: Db, options: MigrateOptions): Promise<MigrateResult> {
  const report: MigrateReport = {
    schema: db.info.schema,
    ledger: options.ledger,
    dryRun: options.dryRun === true,
    applied: [],
    pending: [],
    alreadyApplied: 0,
    outOfOrder: [],
    adopted: [],
    missing: [],
    notices: [],
    diagnostics: [],
  }
  const stopListening = db.onNotice(({ code, message }) => {
    // 00000 is a plain RAISE NOTICE: the author of the file wants it seen
    if (code === '00000') report.notices.push(message)
  })
  try {
    await run(db, options, report)
    return { report }
  } catch (error) {
    const failure = explain(error, db)
    report.diagnostics.push(...failure.diagnostics)
    return { report, error: failure }
  } finally {
    stopListening()
  }
}

async function run(db: Db, options: MigrateOptions, report: MigrateReport): Promise<void> {
  const files = await readMigrations(options.sources)
  const ledger = await readLedger(db, options.ledger)
  const plan = planMigrations(files, ledger.rows)
  report.alreadyApplied = plan.migrations.length - plan.pending.length
  report.outOfOrder = plan.pending.filter(({ outOfOrder }) => outOfOrder).map(({ file }) => file.version)
  report.adopted = plan.migrations.filter(({ state }) => state === 'adopted').map(({ file }) => file.version)
  report.missing = plan.missing.map(({ version }) => version)
  refuseChanged(plan)
  const pending = plan.pending.map(({ file }) => parseMigration(file))
  report.pending = pending.map(({ version, file, statements, noTransaction }) => ({
    version,
    file,
    statements: statements.length,
    transaction: !noTransaction,
  }))
  refuseUnfit(pending)
  refusePooled(db, pending)
  if (report.dryRun || (pending.length === 0 && ledger.state === 'ready')) return
  const settings: RunSettings = {
    db,
    ledger: ledgerName(db, options.ledger),
    lockKey: migrationLock(db, options.ledger),
    lockWaitMs: options.lockWaitMs ?? 60_000,
    lockTimeoutMs: options.lockTimeoutMs ?? 5_000,
    strict: options.strict === true,
    tool: options.tool,
    onEvent: options.onEvent ?? (() => undefined),
  }
  if (ledger.state !== 'ready') await createLedger(settings, options.ledger, ledger.state)
  await runFiles(settings, pending, report)
}

/** Runs the files in order. The commit of each travels with the beginning of the next: about one round trip a file. */
async function runFiles(settings: RunSettings, pending: readonly ParsedMigration[], report: MigrateReport): Promise<void> {
  let closing: Closing | undefined
  const done = (applied: AppliedMigration): void => {
    report.applied.push(applied)
    report.pending = report.pending.filter(({ version }) => version !== applied.version)
    settings.onEvent({ type: 'file-done', migration: applied })
  }
  const closePrevious = async (): Promise<void> => {
    if (closing === undefined) return
    const { applied } = closing
    await close(settings, closing)
    closing = undefined
    done(applied)
  }
  const byAnother = (version: string): void => {
    report.alreadyApplied++
    report.pending = report.pending.filter((entry) => entry.version !== version)
  }
  for (const [i, migration] of pending.entries()) {
    settings.onEvent({ type: 'file-start', version: migration.version, number: i + 1, total: pending.length })
    if (migration.noTransaction) {
      await closePrevious()
      const result = await runWithoutTransaction(settings, migration)
      if (result === 'applied by another run') byAnother(migration.version)
      else done(result)
      continue
    }
    const previous: Closing | undefined = closing
    closing = undefined
    const result = await runInTransaction(settings, migration, previous, () => {
      if (previous !== undefined) done(previous.applied)
    })
    if (result === 'applied by another run') byAnother(migration.version)
    else closing = result.closing
  }
  await closePrevious()
}

async function createLedger(settings: RunSettings, ledger: string, state: Ledger['state']): Promise<void> {
  const { db, lockKey, lockWaitMs, onEvent } = settings
  const deadline = Date.now() + lockWaitMs
  for (;;) {
    // under the lock, as CREATE TABLE IF NOT EXISTS itself fails when two run it at once
    const outcomes = await db.pipeline([
      'BEGIN',
      guardSql(lockKey),
      `SET LOCAL lock_timeout = ${settings.lockTimeoutMs}; ${createLedgerSql(db, ledger, state)}`,
      'COMMIT',
    ])
    const failed = outcomes.find((outcome): outcome is Extract<Outcome, { ok: false }> => !outcome.ok)
    if (failed === undefined) return
    if (failed.error.code !== GUARD.locked) throw failed.error
    await waitForLock(db, { key: lockKey, waitMs: lockWaitMs, onEvent }, deadline)
  }
}

function refuseChanged(plan: Plan): void {
  if (plan.changed.length === 0) return
  const diagnostics = plan.changed.map(({ file, row }) => ({
    severity: 'error' as const,
    code: 'HISTORY_CHANGED',
    message: `changed after it was applied on ${row?.appliedAt ?? '?'}: applied ${row?.checksum ?? '?'}, now ${file.checksum}`,
    file: file.file,
  }))
  throw new SkillsError(
    'HISTORY_CHANGED',
    `${plural(plan.changed.length, 'applied migration')} changed since: ${plan.changed.map(({ file }) => file.version).join(', ')}`,
    {
      hint: 'nothing was run; restore the file and put the change into a new migration',
      diagnostics,
    },
  )
}

function refuseUnfit(pending: readonly ParsedMigration[]): void {
  const faults = pending.flatMap((migration) => migration.faults)
  const [first] = faults
  if (first === undefined) return
  throw new SkillsError(
    'MIGRATION_FILE_INVALID',
    faults.length === 1 ? `${first.file ?? ''} cannot be run` : `${plural(faults.length, 'fault')} in the pending migrations`,
    {
      hint: 'nothing was run; mend the file and run skills migrate again',
      diagnostics: faults,
    },
  )
}

function refusePooled(db: Db, pending: readonly ParsedMigration[]): void {
  const outside = pending.find(({ noTransaction }) => noTransaction)
  if (!db.info.pooled || outside === undefined) return
  throw new SkillsError(
    'POOLER_REFUSED',
    `${outside.file} is a no-transaction file, and ${db.info.label} is a pooler in transaction mode`,
    {
      hint: 'nothing was run; such a file needs a connection of its own: give the address of the server itself with --database-url',
    },
  )
}

/** Whatever went wrong, as an error that says what to do. */
function explain(error: unknown, db: Db): SkillsError {
  if (error instanceof SkillsError) return error
  if (!(error instanceof DatabaseError)) throw error
  if (error.code === SQLSTATE.insufficientPrivilege || error.code === SQLSTATE.readOnlyTransaction) {
    return new SkillsError('PERMISSION_DENIED', `the role ${db.info.user} may not migrate ${db.info.label}: ${error.message}`, {
      hint: db.info.inRecovery
        ? 'this server is a standby: connect to the primary'
        : `nothing was run; migrate with the role that owns the schema ${db.info.schema}`,
      cause: error,
    })
  }
  return new SkillsError('MIGRATION_FAILED', `${error.message} (SQLSTATE ${error.code})`, {
    hint: 'nothing of the unfinished file was applied',
    cause: error,
  })
}
