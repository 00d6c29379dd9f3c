import { SkillsError } from '../../core/errors.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { toSkillsError } from '../../db/skills-error.ts'
import { readLedger } from '../ledger/ledger.ts'
import { planMigrations, upTo } from '../ledger/plan.ts'
import type { MigrateOptions } from './migrate-options.ts'
import type { MigrateReport } from './report.ts'
import { refuseChanged, refuseOutOfOrder } from './refusals.ts'

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
  // most runs have nothing to do, and this is most of the code
  const { applyPending } = await import('./apply-pending.ts')
  await applyPending(db, options, { files, pending: wanted.map(({ file }) => file), ledgerState: ledger.state }, report)
}

/** Whatever went wrong, as an error that says what to do. */
function explain(error: unknown, db: Db): SkillsError {
  if (error instanceof SkillsError) return error
  if (!(error instanceof DatabaseError)) throw error
  const known = toSkillsError(db.info, error, {
    action: `migrate ${db.info.label}`,
    hint: `nothing was run; migrate with the role that owns the schema ${db.info.schema}`,
  })
  if (known.code === 'PERMISSION_DENIED') return known
  return new SkillsError('MIGRATION_FAILED', `${error.message} (SQLSTATE ${error.code})`, {
    hint: 'nothing of the unfinished file was applied',
    cause: error,
  })
}
