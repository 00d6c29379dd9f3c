import type { SkillsError } from '../../core/errors.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Outcome } from '../../db/db.ts'
import { isSessionState } from '../../sqltext/statements/session-state.ts'
import { waitsByDesign } from '../../sqltext/statements/waiting.ts'
import { countStatements, statementsOf, type ParsedMigration, type ParsedStatement } from '../files/parse-migration.ts'
import { insertLedgerSql } from '../ledger/ledger.ts'
import { Blocked, pause, untilUnblocked } from '../ledger/attempts.ts'
import { blockedByRun, GUARD, ledgerObstacles, stillBlockedByRun } from '../ledger/lock.ts'
import { blockedByOthers, isBlockedByOthers } from './blocked.ts'
import { compareExisting } from './compare-existing.ts'
import { existingObject, presentObjectsSql, refuseInvalidIndexesSql } from './existing-objects.ts'
import { endFailure, indexFailure } from './failure.ts'
import { ENDING, isRace, openingSql, RESET_ROLE, roleSql, settleSql } from './file-transaction.ts'
import { replacedMeanwhile } from './refusals.ts'
import { appliedMigration, type AppliedMigration, type ExistingObject } from './report.ts'
import { requireChecks } from './require-checks.ts'
import { longLockTimeout, type RunSettings } from './run-settings.ts'
import { nextGroups, RELEASE, SAVEPOINT, sendGroups } from './send-statement.ts'
import { existingInsteadOf } from './skip-existing.ts'

const RACE_RETRIES = 5

/**
 * Runs a file step by step in one transaction: opens it, runs the statements, compares the objects that already existed,
 * inserts the ledger row and commits. Skips statements whose object exists. Rolls back and runs the whole file again while
 * another run, a table lock, a deadlock or a concurrent change prevents it. Throws `SkillsError` after a rollback.
 */
export async function runInTransaction(
  settings: RunSettings,
  migration: ParsedMigration,
): Promise<AppliedMigration | 'applied by another run'> {
  const isWait = isOnlyWaiting(migration)
  return untilUnblocked(settings.lockWaitMs, async ({ waitedMs, remainingMs }) => {
    const limited = isWait ? { ...settings, lockTimeoutMs: longLockTimeout(settings, remainingMs) } : settings
    try {
      return await attempt(limited, migration, waitedMs)
    } catch (error) {
      if (!isBlockedByOthers(error, migration)) throw error
      return blockedByOthers(settings.db, migration, error)
    }
  })
}

/** Nothing in the file holds a lock that blocks others while a statement of the file waits. */
export function isOnlyWaiting({ statements }: ParsedMigration): boolean {
  return statements.length > 0 && statements.every(({ text }) => waitsByDesign(text) || isSessionState(text))
}

async function attempt(
  settings: RunSettings,
  migration: ParsedMigration,
  waitedMs: number,
): Promise<AppliedMigration | 'applied by another run' | Blocked> {
  const opened = await open(settings, migration, waitedMs)
  if (opened === 'applied by another run' || opened instanceof Blocked) return opened
  const { existing, began } = opened
  return rollbackOnError(settings, async () => {
    await requireChecks(settings.db, migration)
    await refuseRows(settings, migration, existing, existing)
    await runStatements(settings, migration, existing)
    if (existing.length > 0) {
      await settle(settings, migration)
      await compareExisting(settings, migration, existing)
    }
    return commit(settings, migration, existing, performance.now() - began)
  })
}

/** Begins the transaction, with the lock. `existing`: the objects of IF NOT EXISTS statements that already exist. */
async function open(
  settings: RunSettings,
  migration: ParsedMigration,
  waitedMs: number,
): Promise<{ existing: ExistingObject[]; began: number } | 'applied by another run' | Blocked> {
  const { db, ledger, lockKey, onEvent } = settings
  const lock = { key: lockKey, onEvent }
  const present = presentObjectsSql(migration.statements.filter(({ kind }) => kind.ifNotExists))
  const blocked = await stillBlockedByRun(db, lock, waitedMs)
  if (blocked !== undefined) return blocked
  const began = performance.now()
  const outcomes = await db.pipeline([
    openingSql(settings, migration, ledgerObstacles(ledger, migration, undefined)),
    ...(present === undefined ? [] : [present]),
    ...roleSql(migration),
  ])
  const failed = outcomes.find((outcome) => !outcome.ok)
  if (failed?.ok !== false) return { existing: existingBefore(migration, present === undefined ? undefined : outcomes[1]), began }
  await db.exec('ROLLBACK')
  if (failed.error.code === GUARD.alreadyApplied) return 'applied by another run'
  if (failed.error.code === GUARD.replacedApplied) throw replacedMeanwhile(migration)
  if (failed.error.code !== GUARD.locked) throw failed.error
  return blockedByRun(db, lock, waitedMs)
}

/** `statements` are those of the file, or of a block of it; those before `alone` are sent one by one. */
async function runStatements(
  settings: RunSettings,
  migration: ParsedMigration,
  existing: ExistingObject[],
  statements: readonly ParsedStatement[] = migration.statements,
  firstAlone = 0,
): Promise<void> {
  let next = 0
  let alone = firstAlone
  let races = 0
  while (next < statements.length) {
    const groups = nextGroups(statements, next, alone, messageFor)
    const outcomes = await sendGroups(settings.db, groups, statements[next])
    const failedAt = outcomes.findIndex((outcome) => !outcome.ok)
    const failed = outcomes[failedAt]
    const done = failedAt === -1 ? groups : groups.slice(0, failedAt)
    next += groups.length === 0 && failedAt === -1 ? 1 : done.reduce((sum, { count }) => sum + count, 0)
    if (failed?.ok !== false) continue
    const group = groups[failedAt]
    if (group?.isOfMany === true) {
      // which of its statements failed, and where
      await settings.db.exec('ROLLBACK TO SAVEPOINT skills_statement; RELEASE SAVEPOINT skills_statement')
      const [first] = statements.slice(next)
      if (first?.block === undefined) alone = next + group.count
      else {
        const own = statementsOf(first)
        await runStatements(settings, migration, existing, own, own.length)
        next++
      }
      continue
    }
    // of a long one, only the beginning is in memory
    const [statement] = statements.slice(next, next + 1).flatMap(statementsOf)
    if (statement === undefined) throw failed.error
    const isDuplicate = statement.kind.existsCodes.includes(failed.error.code)
    if (!isDuplicate && isRace(failed.error) && hasSavepoint(statement) && races++ < RACE_RETRIES) {
      await settings.db.exec('ROLLBACK TO SAVEPOINT skills_statement')
      await pause()
    } else {
      const found = await skipIfExists(settings, migration, statement, failed.error)
      existing.push(found)
      await refuseRows(settings, migration, [found], existing)
      next++
    }
  }
}

/** Skips a failed statement whose object already exists; throws any other failure. */
async function skipIfExists(
  settings: RunSettings,
  migration: ParsedMigration,
  statement: ParsedStatement,
  error: DatabaseError,
): Promise<ExistingObject> {
  // with another code the message can be wrong before its savepoint: nothing is sent then
  if (statement.kind.existsCodes.includes(error.code))
    await settings.db.exec('ROLLBACK TO SAVEPOINT skills_statement; RELEASE SAVEPOINT skills_statement')
  return existingInsteadOf(settings, { migration, statement, error, prefix: hasSavepoint(statement) ? SAVEPOINT : '' })
}

/** Most files create no table that exists, and do not need this code. */
async function refuseRows(
  settings: RunSettings,
  migration: ParsedMigration,
  found: readonly ExistingObject[],
  existing: readonly ExistingObject[],
): Promise<void> {
  const tables = found.filter(({ kind }) => kind === 'table')
  if (tables.length === 0) return
  const rows = await import('./rows-in-existing.ts')
  await rows.refuseRows(settings, migration, tables, existing)
}

/** The role and the settings of the file end here. */
async function settle(settings: RunSettings, migration: ParsedMigration): Promise<void> {
  try {
    await settings.db.exec(settleSql(settings))
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    throw endFailure(migration, error, 'commit')
  }
}

async function commit(
  settings: RunSettings,
  migration: ParsedMigration,
  existing: ExistingObject[],
  durationMs: number,
): Promise<AppliedMigration> {
  const { statements } = migration
  // an index that the file creates is valid; one that already existed can be INVALID
  const found = new Set(existing.map(({ line, column }) => `${line}:${column}`))
  const invalid = refuseInvalidIndexesSql(
    statements.filter(({ line, column }) => found.has(`${line}:${column}`)),
    GUARD.invalidIndex,
  )
  existing.sort((a, b) => a.line - b.line)
  const entry = { durationMs, statements: countStatements(statements), tolerated: existing, tool: settings.tool }
  const checks = [settleSql(settings), ...(invalid === undefined ? [] : [invalid])]
  const outcomes = await settings.db.pipeline([...checks, insertLedgerSql(settings.ledger, migration, entry), ...ENDING, RESET_ROLE])
  const failedAt = outcomes.findIndex((outcome) => !outcome.ok)
  const failed = outcomes[failedAt]
  if (failed?.ok === false) throw commitFailure(migration, failed.error, failedAt === checks.length ? 'ledger' : 'commit')
  return appliedMigration(migration, durationMs, existing)
}

function commitFailure(migration: ParsedMigration, error: DatabaseError, atEnd: 'ledger' | 'commit'): SkillsError | DatabaseError {
  const invalid =
    error.code === GUARD.invalidIndex
      ? migration.statements.find(({ kind }) => kind.object?.kind === 'index' && error.message.includes(kind.object.name))
      : undefined
  return invalid === undefined ? endFailure(migration, error, atEnd) : indexFailure(migration, invalid, error)
}

/** A statement that can fail because its object exists gets a savepoint. Any other failure ends the file. */
function messageFor(statement: ParsedStatement): string {
  return hasSavepoint(statement) ? `${SAVEPOINT}${statement.text}${RELEASE}` : statement.text
}

function hasSavepoint({ kind }: ParsedStatement): boolean {
  return kind.existsCodes.length > 0
}

function existingBefore(migration: ParsedMigration, outcome: Outcome | undefined): ExistingObject[] {
  if (outcome?.ok !== true) return []
  const positions = (outcome.rows[0]?.['present'] ?? []) as number[]
  const candidates = migration.statements.filter(({ kind }) => kind.ifNotExists)
  return positions.flatMap((i) => {
    const statement = candidates[i]
    const object = statement?.kind.object
    return statement === undefined || object === undefined ? [] : [existingObject(statement, object, 'if not exists')]
  })
}

async function rollbackOnError<T>(settings: RunSettings, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // this fails only when the connection is lost, and then the server rolls back
    await settings.db.exec('ROLLBACK').catch(() => undefined)
    throw error
  }
}
