import type { SkillsError } from '../../core/errors.ts'
import type { DatabaseError } from '../../db/database-error.ts'
import type { Outcome } from '../../db/db.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import { compareExisting } from './compare-existing.ts'
import { existingObject, objectExists, presentObjectsSql, refuseInvalidIndexesSql } from './existing-objects.ts'
import { endFailure, indexFailure, statementFailure } from './failure.ts'
import { insertLedgerSql } from '../ledger/ledger.ts'
import type { Obstacle } from '../ledger/lock.ts'
import { GUARD, guardSql, isLockNotAvailable, ledgerObstacles, lockTimeout, pause, waitForLock } from '../ledger/lock.ts'
import type { ParsedMigration, ParsedStatement } from '../files/migration-file.ts'
import type { AppliedMigration, ExistingObject } from './report.ts'
import type { RunSettings } from './run-settings.ts'
import { fileSettings } from './run-settings.ts'

const SAVEPOINT = 'SAVEPOINT skills_statement;\n'
const RELEASE = '\n;RELEASE SAVEPOINT skills_statement'

/** Statements sent at once. Behind a failed one the server logs an error for each of the rest. */
const CHUNK = 64
const RACE_RETRIES = 5

/** DISCARD ALL leaves no role set, not even the one that ALTER ROLE ... SET role gives a session. */
export const RESET_ROLE = 'RESET ROLE'

/** What a file set for its session must not reach the next one. The role is set back by the next opening, or by RESET_ROLE. */
export const ENDING: readonly string[] = ['COMMIT', 'DISCARD ALL']

/**
 * Runs a file step by step: what exists already is skipped statement by statement, a lock on a table that
 * is not to be had is tried again, the whole file anew. Throws `SkillsError`; the transaction is rolled back then.
 */
export async function runInTransaction(
  settings: RunSettings,
  migration: ParsedMigration,
): Promise<AppliedMigration | 'applied by another run'> {
  const deadline = Date.now() + settings.lockWaitMs
  for (;;) {
    try {
      return await attempt(settings, migration, deadline)
    } catch (error) {
      if (!isLockNotAvailable(error)) throw error
      if (Date.now() >= deadline) throw await lockTimeout(settings.db, migration.file, error)
      await pause()
    }
  }
}

async function attempt(
  settings: RunSettings,
  migration: ParsedMigration,
  deadline: number,
): Promise<AppliedMigration | 'applied by another run'> {
  const { db } = settings
  const began = performance.now()
  const present = presentObjectsSql(migration.statements.filter(({ kind }) => kind.ifNotExists))
  const opened = await db.pipeline([
    openingSql(settings, migration, ledgerObstacles(settings.ledger, migration.version, undefined)),
    ...(present === undefined ? [] : [present]),
  ])
  const guard = opened.find((outcome) => !outcome.ok)
  if (guard?.ok === false) {
    await db.exec('ROLLBACK')
    if (guard.error.code === GUARD.alreadyApplied) return 'applied by another run'
    if (guard.error.code !== GUARD.locked) throw guard.error
    await waitForLock(db, { key: settings.lockKey, onEvent: settings.onEvent }, deadline)
    return attempt(settings, migration, deadline)
  }
  const existing = presentBefore(migration, opened[1])
  return undoOnThrow(settings, async () => {
    await runStatements(settings, migration, existing)
    await compareExisting(settings, migration, existing)
    return close(settings, migration, existing, performance.now() - began)
  })
}

async function runStatements(settings: RunSettings, migration: ParsedMigration, existing: ExistingObject[]): Promise<void> {
  const body = migration.statements.map(messageFor)
  let next = 0
  let races = 0
  while (next < body.length) {
    const outcomes = await settings.db.pipeline(body.slice(next, next + CHUNK))
    const failedAt = outcomes.findIndex((outcome) => !outcome.ok)
    const failed = outcomes[failedAt]
    next += failedAt === -1 ? outcomes.length : failedAt
    if (failed?.ok === false) {
      const statement = migration.statements[next]
      if (statement === undefined) throw failed.error
      if (isRace(failed.error) && isSafe(statement) && races++ < RACE_RETRIES) {
        await settings.db.exec('ROLLBACK TO SAVEPOINT skills_statement')
        await pause()
      } else {
        existing.push(await tolerate(settings, migration, statement, failed.error))
        next++
      }
    }
  }
}

/** Skips a statement whose object is there already, or throws its failure. */
async function tolerate(
  settings: RunSettings,
  migration: ParsedMigration,
  statement: ParsedStatement,
  error: DatabaseError,
): Promise<ExistingObject> {
  const { object, tolerable } = statement.kind
  const failure = (): SkillsError => statementFailure(migration, statement, error, isSafe(statement) ? SAVEPOINT : '')
  if (error.code === SQLSTATE.lockNotAvailable) throw error
  if (settings.strict || object === undefined || !tolerable.includes(error.code)) throw failure()
  await settings.db.exec('ROLLBACK TO SAVEPOINT skills_statement; RELEASE SAVEPOINT skills_statement')
  // the same code is raised over an object of another kind, which would not do the file's work
  if ((await objectExists(settings.db, object)) === false) throw failure()
  return existingObject(statement, object, 'tolerated', error.code)
}

/** Begins a file's transaction: settings, the lock, a look into the ledger. `predecessor` must have been applied. */
export function openingSql(settings: RunSettings, migration: ParsedMigration, obstacles: readonly Obstacle[]): string {
  // Citus wants its setting first, and any other server takes it for one of nobody's
  const begin = [
    RESET_ROLE,
    'BEGIN',
    "SET LOCAL citus.multi_shard_modify_mode = 'sequential'",
    ...fileSettings(settings, migration.source).map((pair) => `SET LOCAL ${pair}`),
  ]
  return [...begin, guardSql(settings.lockKey, obstacles)].join('; ')
}

async function close(
  settings: RunSettings,
  migration: ParsedMigration,
  existing: ExistingObject[],
  durationMs: number,
): Promise<AppliedMigration> {
  const { version, file, checksum, statements } = migration
  // what a file makes anew is valid; what it found may not be
  const found = new Set(existing.map(({ line, column }) => `${line}:${column}`))
  const invalid = refuseInvalidIndexesSql(
    statements.filter(({ line, column }) => found.has(`${line}:${column}`)),
    GUARD.invalidIndex,
  )
  existing.sort((a, b) => a.line - b.line)
  const entry = { version, checksum, durationMs, statements: statements.length, tolerated: existing, tool: settings.tool }
  const messages = [...(invalid === undefined ? [] : [invalid]), insertLedgerSql(settings.ledger, entry), ...ENDING, RESET_ROLE]
  const outcomes = await settings.db.pipeline(messages)
  const failedAt = outcomes.findIndex((outcome) => !outcome.ok)
  const failed = outcomes[failedAt]
  if (failed?.ok === false) throw closingFailure(migration, failed.error, messages[failedAt] === 'COMMIT')
  return { version, file, statements: statements.length, durationMs: Math.round(durationMs), existing }
}

function closingFailure(migration: ParsedMigration, error: DatabaseError, atCommit: boolean): SkillsError | DatabaseError {
  const invalid =
    error.code === GUARD.invalidIndex
      ? migration.statements.find(({ kind }) => kind.object?.kind === 'index' && error.message.includes(kind.object.name))
      : undefined
  return invalid === undefined ? endFailure(migration, error, atCommit ? 'commit' : 'ledger') : indexFailure(migration, invalid, error)
}

/** A statement that may fail because its object is there gets a savepoint; any other failure ends the file anyway. */
function messageFor(statement: ParsedStatement): string {
  return isSafe(statement) ? `${SAVEPOINT}${statement.text}${RELEASE}` : statement.text
}

function isSafe({ kind }: ParsedStatement): boolean {
  return kind.tolerable.length > 0
}

/** Two sessions that make the same object at once: IF NOT EXISTS does not help against it, trying again does. */
export function isRace(error: DatabaseError): boolean {
  return (
    (error.code === SQLSTATE.uniqueViolation && error.schema === 'pg_catalog') ||
    (error.code === SQLSTATE.internalError && error.message.includes('concurrently updated'))
  )
}

function presentBefore(migration: ParsedMigration, outcome: Outcome | undefined): ExistingObject[] {
  if (outcome?.ok !== true) return []
  const positions = (outcome.rows[0]?.['present'] ?? []) as number[]
  const candidates = migration.statements.filter(({ kind }) => kind.ifNotExists)
  return positions.flatMap((i) => {
    const statement = candidates[i]
    const object = statement?.kind.object
    return statement === undefined || object === undefined ? [] : [existingObject(statement, object, 'if not exists')]
  })
}

async function undoOnThrow<T>(settings: RunSettings, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // fails only when the connection is gone, and then the server rolls back by itself
    await settings.db.exec('ROLLBACK').catch(() => undefined)
    throw error
  }
}
