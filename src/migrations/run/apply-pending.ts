import { DEFAULTS } from '../../config/defaults.ts'
import { SkillsError } from '../../core/errors.ts'
import { plural } from '../../core/text.ts'
import type { Db } from '../../db/db.ts'
import { countStatements, parseMigration, type ParsedMigration } from '../files/parse-migration.ts'
import type { MigrationFile } from '../files/read-migrations.ts'
import { createLedgerSql, ledgerName, type Ledger } from '../ledger/ledger.ts'
import { lockedTransaction, migrationLock } from '../ledger/lock.ts'
import { explainFailure } from './failure.ts'
import { refusePooled, refuseUnfit } from './refusals.ts'
import type { AppliedMigration, MigrateReport } from './report.ts'
import { runInTransaction } from './run-in-transaction.ts'
import { settingsFor, type MigrateOptions, type RunSettings } from './run-settings.ts'
import { runWithoutTransaction } from './run-without-transaction.ts'
import { sendAhead, smallFiles } from './send-ahead.ts'

export interface PendingWork {
  /** All files, applied or not. */
  files: readonly MigrationFile[]
  pending: readonly MigrationFile[]
  /** Files to record without running them. */
  recorded: readonly MigrationFile[]
  ledgerState: Ledger['state']
}

/**
 * Checks all pending files, then runs them; a dry run only checks them, and returns the script when it is wanted. Writes what it does
 * into the report.
 */
export async function applyPending(
  db: Db,
  options: MigrateOptions,
  work: PendingWork,
  report: MigrateReport,
): Promise<Iterable<string> | undefined> {
  const pending = work.pending.map((file) => underRole(parseMigration(file), options.role))
  report.pending = pending.map(({ version, file, repeatable, statements, noTransaction, directives: { role } }) => ({
    version,
    file,
    repeatable,
    ...(role === undefined ? {} : { role }),
    statements: countStatements(statements),
    transaction: !noTransaction,
  }))
  if (work.files.some(({ replaces }) => replaces.length > 0)) {
    const { refuseReplacements } = await import('./record-replaced.ts')
    refuseReplacements(work.files)
  }
  refuseUnfit(pending)
  refusePooled(db, pending)
  if (pending.some(({ directives }) => directives.role !== undefined)) {
    const { refuseRoles } = await import('./refuse-roles.ts')
    await refuseRoles(db, pending)
  }
  const settings = settingsOf(db, options, work.files, pending)
  if (report.dryRun) {
    report.recorded = work.recorded.map(({ version }) => version)
    const { hazardServer, planChecks, planStatements } = await import('./dry-run.ts')
    const server = await hazardServer(db)
    const plans = planStatements(pending, server)
    for (const [i, entry] of report.pending.entries()) {
      const checks = pending[i] === undefined ? [] : planChecks(pending[i])
      if (checks.length > 0) entry.checks = checks
      entry.plan = plans[i] ?? []
    }
    const { predictRows } = await import('./rows-in-existing.ts')
    report.notices.push(...(await predictRows(settings)))
    if (options.script !== true) return undefined
    const { migrationScript } = await import('./script.ts')
    const ledgerSql = createLedgerSql(db, options.ledger, work.ledgerState)
    return migrationScript(settings, { pending, recorded: work.recorded, server, ledgerSql })
  }
  await createLedger(settings, createLedgerSql(db, options.ledger, work.ledgerState))
  limitStatements(settings)
  try {
    await runFiles(settings, pending, report, options.keepGoing === true)
    if (work.recorded.length > 0) {
      const { recordReplaced } = await import('./record-replaced.ts')
      report.recorded = await recordReplaced(settings, work.recorded)
    }
  } finally {
    db.limitStatements(undefined)
  }
  return undefined
}

/** The directive of a file goes before the setting. */
function underRole(migration: ParsedMigration, role: string | undefined): ParsedMigration {
  if (role === undefined || migration.directives.role !== undefined) return migration
  return { ...migration, directives: { ...migration.directives, role } }
}

function settingsOf(db: Db, options: MigrateOptions, allFiles: readonly MigrationFile[], pending: readonly ParsedMigration[]): RunSettings {
  return {
    db,
    ledger: ledgerName(db, options.ledger),
    lockKey: migrationLock(db, options.ledger),
    lockWaitMs: options.lockWaitMs ?? DEFAULTS.lockWaitMs,
    lockTimeoutMs: options.lockTimeoutMs ?? DEFAULTS.lockTimeoutMs,
    strict: options.strict === true,
    acceptExisting: options.acceptExisting === true,
    statementTimeoutMs: options.statementTimeoutMs,
    allFiles,
    pending,
    catalogQuery: options.catalogQuery,
    tool: options.tool,
    onEvent: options.onEvent ?? (() => undefined),
  }
}

/** Under the lock: two CREATE TABLE IF NOT EXISTS at the same time can fail. */
async function createLedger({ db, lockKey, lockWaitMs, onEvent }: RunSettings, sql: string | undefined): Promise<void> {
  if (sql !== undefined) await lockedTransaction(db, { key: lockKey, waitMs: lockWaitMs, onEvent }, () => db.exec(sql))
}

/**
 * Runs the files in order: first many small files at a time, then, one by one, the others and those whose objects already
 * exist. With `keepGoing` a failed file does not stop the run; all failures are thrown as one error at the end.
 */
async function runFiles(
  settings: RunSettings,
  pending: readonly ParsedMigration[],
  report: MigrateReport,
  keepGoing: boolean,
): Promise<void> {
  const failures: SkillsError[] = []
  const numbers = new Map(pending.map((migration, i) => [migration, i + 1]))
  const onStart = (migration: ParsedMigration): void =>
    settings.onEvent({ type: 'file-start', version: migration.version, number: numbers.get(migration) ?? 0, total: pending.length })
  let queue = [...pending]
  while (queue.length > 0) {
    try {
      const small = keepGoing ? [] : smallFiles(queue)
      const done = small.length > 1 ? await runTogether(settings, small, report, onStart) : new Set()
      queue = queue.filter((migration) => !done.has(migration))
      if (small.length > 1 && done.size === small.length) continue
      const next = queue.shift()
      if (next !== undefined) await runOne(settings, next, report, onStart)
    } catch (error) {
      const failure = await explainFailure(settings, error, report.applied.length)
      if (!keepGoing || !(failure instanceof SkillsError) || !OF_ONE_FILE.has(failure.code)) throw failure
      failures.push(failure)
    }
  }
  if (failures.length > 0) throw combined(failures)
}

/** With these, the files after the failed one can run. */
const OF_ONE_FILE: ReadonlySet<string> = new Set(['MIGRATION_FAILED', 'CHECK_FAILED'])

/** Returns the finished files: all of them, or those before the first one that must run step by step. */
async function runTogether(
  settings: RunSettings,
  migrations: readonly ParsedMigration[],
  report: MigrateReport,
  onStart: (migration: ParsedMigration) => void,
): Promise<Set<ParsedMigration>> {
  const done = new Set<ParsedMigration>()
  if (migrations[0] !== undefined) onStart(migrations[0])
  await sendAhead(settings, migrations, onStart, (batch, results) => {
    for (const [i, result] of results.entries()) {
      const migration = batch[i]
      if (migration === undefined || result === 'not run') continue
      record(settings, migration, result, report)
      done.add(migration)
    }
  })
  return done
}

async function runOne(
  settings: RunSettings,
  migration: ParsedMigration,
  report: MigrateReport,
  onStart: (migration: ParsedMigration) => void,
): Promise<void> {
  onStart(migration)
  const run = migration.noTransaction ? runWithoutTransaction : runInTransaction
  const own = settingsFor(settings, migration)
  limitStatements(own)
  try {
    record(settings, migration, await run(own, migration), report)
  } finally {
    limitStatements(settings)
  }
}

/** The client keeps the limit too. 0 is no limit. */
function limitStatements({ db, statementTimeoutMs = 0 }: RunSettings): void {
  db.limitStatements(statementTimeoutMs === 0 ? undefined : statementTimeoutMs)
}

function record(
  settings: RunSettings,
  { version }: ParsedMigration,
  result: AppliedMigration | 'applied by another run',
  report: MigrateReport,
): void {
  report.pending = report.pending.filter((entry) => entry.version !== version)
  if (result === 'applied by another run') {
    report.alreadyApplied++
    return
  }
  report.applied.push(result)
  settings.onEvent({ type: 'file-done', migration: result })
}

function combined(failures: readonly SkillsError[]): SkillsError {
  const [first] = failures
  if (first !== undefined && failures.length === 1) return first
  return new SkillsError('MIGRATION_FAILED', `${plural(failures.length, 'migration')} failed; the others were applied`, {
    hint: 'fix the files and run skills migrate again',
    diagnostics: failures.flatMap(({ diagnostics }) => diagnostics),
    cause: first,
  })
}
