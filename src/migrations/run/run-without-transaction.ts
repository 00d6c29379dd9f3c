import type { ParsedMigration } from '../files/parse-migration.ts'
import { untilUnblocked } from '../ledger/attempts.ts'
import { insertLedgerSql } from '../ledger/ledger.ts'
import { blockedByRun, hasRowSql, isAppliedSql, lockedTransaction } from '../ledger/lock.ts'
import { compareExisting } from './compare-existing.ts'
import { resetRoleSql } from './file-transaction.ts'
import { FileSession } from './file-session.ts'
import { runStatement } from './no-transaction-statement.ts'
import { Progress, withDigests } from './progress.ts'
import { replacedMeanwhile } from './refusals.ts'
import { appliedMigration, type AppliedMigration, type ExistingObject } from './report.ts'
import { requireChecksAlone } from './require-checks.ts'
import type { RunSettings } from './run-settings.ts'

/**
 * Runs a `-- skills: no-transaction` file statement by statement under a session lock. Records each completed statement by
 * its digest, so the next run resumes after it, also when statements were added before it. Needs a direct connection, not a
 * transaction pooler.
 */
export async function runWithoutTransaction(
  settings: RunSettings,
  migration: ParsedMigration,
): Promise<AppliedMigration | 'applied by another run'> {
  await takeSessionLock(settings)
  const session = new FileSession(settings, migration)
  try {
    if (await isApplied(settings, migration)) return 'applied by another run'
    if (await isReplacedApplied(settings, migration)) throw replacedMeanwhile(migration)
    return await runFile(settings, migration, session)
  } finally {
    await session.end()
  }
}

async function takeSessionLock({ db, lockKey, lockWaitMs, onEvent }: RunSettings): Promise<void> {
  await untilUnblocked(lockWaitMs, async ({ waitedMs }) => {
    const [row] = await db.run(`SELECT pg_try_advisory_lock((${lockKey})::bigint) AS taken`, [], { taken: 'boolean' })
    return row?.taken === true ? true : blockedByRun(db, { key: lockKey, onEvent }, waitedMs)
  })
}

async function runFile(
  settings: RunSettings,
  migration: ParsedMigration,
  session: FileSession,
): Promise<AppliedMigration | 'applied by another run'> {
  const { db, ledger, lockKey, lockWaitMs, onEvent, tool } = settings
  const began = performance.now()
  const progress = await Progress.open(settings, migration)
  const existing: ExistingObject[] = []
  await session.begin()
  // a file that was interrupted has passed its checks
  if (progress.isNew) {
    await requireChecksAlone(settings, migration, progress.cleanUpSql)
    await refuseRowsAlone(settings, migration, progress.cleanUpSql)
  }
  for (const [statement, digest] of withDigests(migration)) {
    if (progress.isFinished(digest)) continue
    const found = await runStatement({ settings, migration, session, progress }, statement, digest)
    if (found !== undefined) existing.push(found)
  }
  await db.exec(resetRoleSql(db.info))
  if (existing.length > 0) await db.transaction({ rollback: true }, () => compareExisting(settings, migration, existing))
  const durationMs = performance.now() - began
  const entry = insertLedgerSql(ledger, migration, { durationMs, statements: migration.statements.length, tolerated: existing, tool })
  const isOurs = await lockedTransaction(db, { key: lockKey, waitMs: lockWaitMs, onEvent }, async () => {
    // another run can have applied it after the file has released the lock
    if (await isApplied(settings, migration)) return false
    await db.exec(`${entry}; ${progress.cleanUpSql}`)
    return true
  })
  return isOurs ? appliedMigration(migration, durationMs, existing) : 'applied by another run'
}

async function refuseRowsAlone(settings: RunSettings, migration: ParsedMigration, cleanUpSql: string): Promise<void> {
  if (!migration.statements.some(({ kind }) => kind.verb === 'CREATE TABLE')) return
  const { refuseRowsBefore } = await import('./rows-in-existing.ts')
  try {
    await refuseRowsBefore(settings, migration)
  } catch (error) {
    await settings.db.exec(`${resetRoleSql(settings.db.info)}; ${cleanUpSql}`)
    throw error
  }
}

async function isReplacedApplied({ db, ledger }: RunSettings, { replaces }: ParsedMigration): Promise<boolean> {
  if (replaces.length === 0) return false
  const [row] = await db.run(`SELECT ${hasRowSql(ledger, replaces)} AS done`, [], { done: 'boolean' })
  return row?.done === true
}

async function isApplied({ db, ledger }: RunSettings, migration: ParsedMigration): Promise<boolean> {
  const [row] = await db.run(`SELECT ${isAppliedSql(ledger, migration)} AS done`, [], { done: 'boolean' })
  return row?.done === true
}
