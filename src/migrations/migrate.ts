import { SkillsError } from '../core/errors.ts'
import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import { applyPending } from './apply-pending.ts'
import { readLedger } from './ledger.ts'
import type { MigrationFile } from './migration-file.ts'
import { planMigrations, upTo } from './plan.ts'
import type { MigrateEvent, MigrateReport } from './report.ts'
import { refuseChanged, refuseOutOfOrder } from './refusals.ts'

export interface MigrateOptions {
  /** As `readMigrations` gives them: all files, the package's first. */
  files: () => readonly MigrationFile[]
  /** Name of the ledger table. */
  ledger: string
  /** `skills 1.2.3`: who is written into the ledger. */
  tool: string
  dryRun?: boolean
  /** Stop after this version. */
  to?: string | undefined
  /** Refuse a pending file that sorts before an applied one. */
  strictOrder?: boolean
  /** Go on with the next file after one that failed; the error at the end tells all failures. */
  keepGoing?: boolean
  /** Limit for each statement, in milliseconds; none unless given. */
  statementTimeoutMs?: number
  /** `sql/catalog/objects.sql` of the package. */
  catalogQuery: string
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
  const files = options.files()
  const ledger = await readLedger(db, options.ledger)
  const plan = planMigrations(files, ledger.rows)
  report.alreadyApplied = plan.migrations.length - plan.pending.length
  report.outOfOrder = plan.pending.filter(({ outOfOrder }) => outOfOrder).map(({ file }) => file.version)
  report.adopted = plan.migrations.filter(({ state }) => state === 'adopted').map(({ file }) => file.version)
  report.missing = plan.missing.map(({ version }) => version)
  refuseChanged(plan)
  if (options.strictOrder === true) refuseOutOfOrder(report.outOfOrder)
  const wanted = upTo(options.to, plan)
  if (wanted.length === 0 && (ledger.state === 'ready' || report.dryRun)) return
  await applyPending(db, options, { files, pending: wanted.map(({ file }) => file), ledgerState: ledger.state }, report)
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
