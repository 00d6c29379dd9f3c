import { DEFAULTS } from '../../config/defaults.ts'
import { SkillsError } from '../../core/errors.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { toSkillsError } from '../../db/skills-error.ts'
import { schemaWriters } from '../../db/writable-schema.ts'
import { readHistory } from '../ledger/history.ts'
import { migrationLock } from '../ledger/lock.ts'
import { upTo } from '../ledger/plan.ts'
import { refuseChanged, refuseConflicts, refuseOutOfOrder } from './refusals.ts'
import type { MigrateReport } from './report.ts'
import type { MigrateOptions } from './run-settings.ts'

export interface MigrateResult {
  report: MigrateReport
  /** Why the run stopped. What the report lists as applied stays applied. */
  error?: SkillsError
  /** The SQL script that would run, in parts that end with a line; only of a dry run that asks for it. Large files are read for it again. */
  script?: Iterable<string>
}

/**
 * Applies the pending migrations. Does not throw for errors of the database or the files: the result has the error and
 * what was done before.
 *
 * A file takes this way from disk to its ledger row: `readMigrations` reads it; `planMigrations` compares it with the ledger;
 * `applyPending` parses it and refuses it if it cannot run; `runInTransaction` takes the lock, runs its statements and
 * inserts its row. Small files take a shorter way first (`sendAhead`), no-transaction files another one
 * (`runWithoutTransaction`).
 */
export async function migrate(db: Db, options: MigrateOptions): Promise<MigrateResult> {
  const report = emptyReport(db, options)
  const stopListening = db.onNotice(({ code, message }) => {
    // 00000 is a plain RAISE NOTICE, written for people
    if (code === '00000') report.notices.push(message)
  })
  try {
    const script = await run(db, options, report)
    return { report, ...(script === undefined ? {} : { script }) }
  } catch (error) {
    const failure = await explain(error, db)
    report.diagnostics.push(...failure.diagnostics)
    return { report, error: failure }
  } finally {
    stopListening()
  }
}

async function run(db: Db, options: MigrateOptions, report: MigrateReport): Promise<Iterable<string> | undefined> {
  const files = options.files()
  // both in one round trip
  const [{ plan, state: ledgerState }, writers] = await Promise.all([
    readHistory(db, files, options.ledger),
    schemaWriters(db, options.role),
  ])
  report.schemaWriters = writers
  const waiting = new Set(plan.pending)
  const settled = plan.migrations.filter((entry) => !waiting.has(entry))
  report.alreadyApplied = settled.filter(({ row }) => row !== undefined).length
  report.outOfOrder = plan.pending.filter(({ outOfOrder }) => outOfOrder).map(({ file }) => file.version)
  report.adopted = settled.filter(({ state }) => state === 'adopted').map(({ file }) => file.version)
  report.missing = plan.missing.map(({ version }) => version)
  if (plan.pending.some(({ file }) => !file.source.own)) {
    const { refuseLayouts } = await import('../layouts/refuse-layouts.ts')
    refuseLayouts(
      plan.pending.map(({ file }) => file),
      files,
    )
  }
  refuseChanged(plan)
  refuseConflicts(plan)
  if (options.strictOrder === true) refuseOutOfOrder(report.outOfOrder)
  const wanted = upTo(options.to, plan)
  if (options.revokePublicCreate === true && !report.dryRun) {
    const { revokePublicCreate } = await import('./schema-writers.ts')
    report.schemaWriters = await revokePublicCreate(db, writers, options.role)
    report.publicCreateRevoked = report.schemaWriters.length < writers.length
  }
  report.renamed = plan.renamed
  if (plan.renamed.length > 0 && !report.dryRun) {
    const { takeOverRenames } = await import('../ledger/take-over-renames.ts')
    report.renamed = await takeOverRenames(db, options.ledger, files, {
      key: migrationLock(db, options.ledger),
      waitMs: options.lockWaitMs ?? DEFAULTS.lockWaitMs,
      onEvent: options.onEvent ?? (() => undefined),
    })
  }
  if (wanted.length === 0 && (ledgerState === 'ready' || report.dryRun)) return undefined
  // most runs have nothing to do and do not need this code
  const { applyPending } = await import('./apply-pending.ts')
  const pending = wanted.filter(({ recordAfter }) => recordAfter === undefined).map(({ file }) => file)
  const recorded = wanted.filter(({ recordAfter }) => recordAfter !== undefined).map(({ file }) => file)
  return applyPending(db, options, { files, pending, recorded, ledgerState }, report)
}

function emptyReport(db: Db, { ledger, dryRun, foreignOwners, folderNotes, role }: MigrateOptions): MigrateReport {
  return {
    schema: db.info.schema,
    ledger,
    dryRun: dryRun === true,
    applied: [],
    pending: [],
    recorded: [],
    alreadyApplied: 0,
    outOfOrder: [],
    adopted: [],
    missing: [],
    renamed: [],
    folderNotes: [...folderNotes],
    notices: [],
    schemaWriters: [],
    publicCreateRevoked: false,
    foreignOwners: foreignOwners.filter((owner) => owner !== role),
    diagnostics: [],
  }
}

/** Any error as a SkillsError with a hint. Throws errors that are bugs. */
async function explain(error: unknown, db: Db): Promise<SkillsError> {
  if (error instanceof SkillsError) return endedByLimit(error, db)
  if (!(error instanceof DatabaseError)) throw error
  const known = toSkillsError(db.info, error, {
    action: `migrate ${db.info.label}`,
    hint: `nothing was run; migrate with the role that owns the schema ${db.info.schema}`,
  })
  const { settingCause } = await import('./setting-cause.ts')
  const cause = await settingCause(db, error)
  const remedy = cause?.isCertain === true ? `${cause.what}; ${cause.remedy}, and run skills migrate again` : undefined
  if (known.code === 'PERMISSION_DENIED' || known.code === 'ROW_SECURITY') {
    if (remedy === undefined) return known
    return new SkillsError(known.code, known.message, { hint: remedy, cause: error })
  }
  return new SkillsError('MIGRATION_FAILED', `${error.message} (SQLSTATE ${error.code})`, {
    hint: ['the unfinished file was not applied', ...(remedy === undefined ? [] : [remedy])].join('; '),
    cause: error,
  })
}

/** The server ended the session because of a limit: the same run would end in the same way. */
async function endedByLimit(error: SkillsError, db: Db): Promise<SkillsError> {
  if (error.code !== 'CONNECTION_LOST' || !(error.cause instanceof DatabaseError)) return error
  const { settingCause } = await import('./setting-cause.ts')
  const cause = await settingCause(db, error.cause)
  if (cause === undefined) return error
  return new SkillsError(error.code, error.message, {
    hint: `the server rolls back an open transaction; ${cause.what}; ${cause.remedy}, and run skills migrate again`,
    cause: error.cause,
  })
}
