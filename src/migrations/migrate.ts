import { SkillsError } from '../core/errors.ts'
import { plural } from '../core/text.ts'
import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import type { Ledger } from './ledger.ts'
import { createLedgerSql, ledgerName, readLedger } from './ledger.ts'
import { LOCK_WAIT_MS, migrationLock } from './lock-guard.ts'
import { lockedTransaction } from './locked-transaction.ts'
import type { MigrationSource, ParsedMigration } from './migration-file.ts'
import { parseMigration } from './parse-migration.ts'
import type { Plan } from './plan.ts'
import { planMigrations, unknownVersion } from './plan.ts'
import { readMigrations } from './read-migrations.ts'
import type { MigrateEvent, MigrateReport } from './report.ts'
import { runFiles } from './run-files.ts'
import type { RunSettings } from './run-settings.ts'

export interface MigrateOptions {
  sources: readonly MigrationSource[]
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
  const files = await readMigrations(options.sources)
  const ledger = await readLedger(db, options.ledger)
  const plan = planMigrations(files, ledger.rows)
  report.alreadyApplied = plan.migrations.length - plan.pending.length
  report.outOfOrder = plan.pending.filter(({ outOfOrder }) => outOfOrder).map(({ file }) => file.version)
  report.adopted = plan.migrations.filter(({ state }) => state === 'adopted').map(({ file }) => file.version)
  report.missing = plan.missing.map(({ version }) => version)
  refuseChanged(plan)
  if (options.strictOrder === true) refuseOutOfOrder(report.outOfOrder)
  const pending = upTo(options.to, plan).map(({ file }) => parseMigration(file))
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
    lockWaitMs: options.lockWaitMs ?? LOCK_WAIT_MS,
    lockTimeoutMs: options.lockTimeoutMs ?? 5_000,
    strict: options.strict === true,
    statementTimeoutMs: options.statementTimeoutMs,
    history: files,
    catalogQuery: options.catalogQuery,
    tool: options.tool,
    onEvent: options.onEvent ?? (() => undefined),
  }
  if (ledger.state !== 'ready') await createLedger(settings, options.ledger, ledger.state)
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
      hint: 'nothing was run; restore the file and put the change into a new migration, or accept it as it is: skills migrate repair VERSION',
      diagnostics,
    },
  )
}

function refuseOutOfOrder(versions: readonly string[]): void {
  if (versions.length === 0) return
  throw new SkillsError('OUT_OF_ORDER', `${plural(versions.length, 'pending migration')} out of order: ${versions.join(', ')}`, {
    hint: 'nothing was run; rename the file so that it sorts last, or leave --strict-order out',
  })
}

/** The pending files, up to and with the version that was asked for. */
function upTo(version: string | undefined, plan: Plan): Plan['pending'] {
  if (version === undefined) return plan.pending
  const last = plan.migrations.findIndex(({ file }) => file.version === version)
  if (last === -1)
    throw unknownVersion(
      version,
      plan.migrations.map(({ file }) => file.version),
    )
  const wanted = new Set(plan.migrations.slice(0, last + 1))
  return plan.pending.filter((entry) => wanted.has(entry))
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
