import { DatabaseError } from '../../db/database-error.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import { outsideTarget } from '../../sqltext/statements/outside-target.ts'
import { isSessionState } from '../../sqltext/statements/session-state.ts'
import { waitsByDesign } from '../../sqltext/statements/waiting.ts'
import type { ParsedMigration, ParsedStatement } from '../files/parse-migration.ts'
import { untilUnblocked, type Blocked } from '../ledger/attempts.ts'
import { blockedByRun, GUARD } from '../ledger/lock.ts'
import { blockedByOthers, isBlockedByOthers } from './blocked.ts'
import { existingObject, objectExists, refuseInvalidIndexesSql } from './existing-objects.ts'
import { endFailure, indexFailure, statementFailure } from './failure.ts'
import type { FileSession } from './file-session.ts'
import { removeLeftovers } from './leftovers.ts'
import type { Progress } from './progress.ts'
import type { ExistingObject } from './report.ts'
import { longLockTimeout, type RunSettings } from './run-settings.ts'
import { existingInsteadOf } from './skip-existing.ts'
import { finalizeSql, isCompleted, presentObjects } from './target-objects.ts'

/** A no-transaction file that runs. */
export interface FileRun {
  settings: RunSettings
  migration: ParsedMigration
  session: FileSession
  progress: Progress
}

/** An attempt at one statement. */
interface Attempt extends FileRun {
  statement: ParsedStatement
  /** Under which its progress is written. */
  digest: string
  waitedMs: number
}

type Result = ExistingObject | Blocked | undefined

/**
 * Runs one statement: with its progress row in one transaction if the server permits that, otherwise alone. Repeats it while others
 * prevent it. Returns the object that already existed.
 */
export async function runStatement(run: FileRun, statement: ParsedStatement, digest: string): Promise<ExistingObject | undefined> {
  const { settings, migration, session } = run
  const isLong = waitsByDesign(statement.text)
  let runNow = isSessionState(statement.text) ? changeSession : statement.kind.outsideTransaction === undefined ? runWithRow : runAlone
  return untilUnblocked(settings.lockWaitMs, async ({ waitedMs, remainingMs }) => {
    const attempt = { ...run, statement, digest, waitedMs }
    try {
      await session.limitLocks(isLong ? longLockTimeout(settings, remainingMs) : settings.lockTimeoutMs)
      const result = await runNow(attempt)
      if (result !== 'not in a transaction') return result
      runNow = runAlone
      return await runAlone(attempt)
    } catch (error) {
      if (!isBlockedByOthers(error, migration)) throw error
      return blockedByOthers(settings.db, migration, error)
    }
  })
}

/** The session keeps it until the file ends. It has no row, because a run that continues the file needs it again. */
async function changeSession({ settings, migration, session, statement }: Attempt): Promise<undefined> {
  await settings.db.exec(statement.text).catch((error: unknown) => {
    throw error instanceof DatabaseError ? statementFailure(migration, statement, error, '') : error
  })
  if (RESETS_ALL.test(statement.text)) await session.begin()
}

const RESETS_ALL = /^(?:discard|reset)\s+all\b/i

async function runWithRow(attempt: Attempt): Promise<Result | 'not in a transaction'> {
  const { settings, progress, statement, digest, waitedMs } = attempt
  const target = statement.kind.object?.kind === 'index' ? outsideTarget(statement.text) : undefined
  const blocked = target === undefined ? undefined : await removeLeftovers(attempt, statement, target, [], waitedMs)
  if (blocked !== undefined) return blocked
  const existing = await existingBefore(settings, statement)
  const failed = await progress.record(digest, statement)
  if (failed === undefined) return existing && checked(attempt, existing)
  const { at, error } = failed
  if (at === 'row') return rowFailure(attempt, error)
  if (at === 'statement' && REFUSED_IN_TRANSACTION.has(error.code)) return 'not in a transaction'
  return skipIfExists(attempt, error)
}

/** A statement that refuses a transaction block; a procedure or DO block that ends the transaction. Known only from the answer of the server. */
const REFUSED_IN_TRANSACTION: ReadonlySet<string> = new Set([SQLSTATE.activeTransaction, SQLSTATE.invalidTransactionTermination])

/**
 * The process can end between the statement and its row. So what exists is written before, and tells the next run, or the next attempt,
 * whether the statement was completed.
 */
async function runAlone(attempt: Attempt): Promise<Result> {
  const { settings, progress, statement, digest, waitedMs } = attempt
  const { db } = settings
  const target = outsideTarget(statement.text)
  const begunWith = progress.begunWith(digest)
  const before = begunWith ?? (target === undefined ? undefined : await presentObjects(db, target))
  const guarded = await progress.begin(digest, before)
  if (guarded !== undefined) return byGuard(attempt, guarded)
  if (target !== undefined && before !== undefined) {
    const blocked = await removeLeftovers(attempt, statement, target, before, waitedMs)
    if (blocked !== undefined) return blocked
    if (begunWith !== undefined && isCompleted(target, before, await presentObjects(db, target))) return writeRow(attempt)
  }
  const existing = await existingBefore(settings, statement)
  try {
    await db.exec((target === undefined ? undefined : await finalizeSql(db, target)) ?? statement.text)
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    return skipIfExists(attempt, error)
  }
  const blocked = await writeRow(attempt)
  return blocked ?? (existing && checked(attempt, existing))
}

async function writeRow(attempt: Attempt): Promise<Blocked | undefined> {
  const failed = await attempt.progress.record(attempt.digest)
  return failed === undefined ? undefined : rowFailure(attempt, failed.error)
}

async function rowFailure(attempt: Attempt, error: DatabaseError): Promise<Blocked | undefined> {
  if (error.code === GUARD.locked || error.code === GUARD.alreadyApplied) return byGuard(attempt, error.code)
  throw endFailure(attempt.migration, error, 'ledger')
}

/** The file has released the session lock: another run holds it, or has completed the statement meanwhile. */
async function byGuard({ settings, waitedMs }: Attempt, code: string): Promise<Blocked | undefined> {
  return code === GUARD.locked ? blockedByRun(settings.db, { key: settings.lockKey, onEvent: settings.onEvent }, waitedMs) : undefined
}

/** The object of an IF NOT EXISTS that is already there. */
async function existingBefore({ db }: RunSettings, statement: ParsedStatement): Promise<ExistingObject | undefined> {
  const { object, ifNotExists } = statement.kind
  if (!ifNotExists || object === undefined || (await objectExists(db, object)) !== true) return undefined
  return existingObject(statement, object, 'if not exists')
}

/** Skips a failed statement whose object already exists; throws any other failure. */
async function skipIfExists(attempt: Attempt, error: DatabaseError): Promise<ExistingObject | Blocked> {
  const { settings, migration, statement } = attempt
  const { db } = settings
  await db.exec('BEGIN')
  const found = await existingInsteadOf(settings, { migration, statement, error, prefix: '' }).finally(() => db.exec('ROLLBACK'))
  const existing = await checked(attempt, found)
  return (await writeRow(attempt)) ?? existing
}

/** An INVALID index that cannot be dropped here does not count as existing. */
async function checked({ settings, migration, statement }: Attempt, existing: ExistingObject): Promise<ExistingObject> {
  const check = refuseInvalidIndexesSql([statement], GUARD.invalidIndex)
  if (check === undefined) return existing
  await settings.db.exec(check).catch((error: unknown) => {
    throw error instanceof DatabaseError ? indexFailure(migration, statement, error) : error
  })
  return existing
}
