import type { SkillsError } from '../core/errors.ts'
import type { DatabaseError } from '../db/database-error.ts'
import type { Outcome } from '../db/db.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import { compareExisting } from './compare-existing.ts'
import { existingObject, objectExists, presentObjectsSql, refuseInvalidIndexesSql } from './existing-objects.ts'
import { endFailure, indexFailure, statementFailure } from './failure.ts'
import { insertLedgerSql } from './ledger.ts'
import { GUARD, guardSql, isLockNotAvailable, lockTimeout, pause, waitForLock } from './lock-guard.ts'
import type { ParsedMigration, ParsedStatement } from './migration-file.ts'
import type { AppliedMigration, ExistingObject } from './report.ts'
import type { RunSettings } from './run-settings.ts'
import { fileSettings } from './run-settings.ts'

const SAVEPOINT = 'SAVEPOINT skills_statement;\n'
const RELEASE = '\n;RELEASE SAVEPOINT skills_statement'

/** Statements sent at once. Behind a failed one the server logs an error for each of the rest. */
const CHUNK = 64
const RACE_RETRIES = 5

/** DISCARD ALL leaves no role set, not even the one that ALTER ROLE ... SET role gives a session. */
const RESET_ROLE = 'RESET ROLE'

/** The end of a file's transaction, sent together with the beginning of the next file's. */
export interface Closing {
  migration: ParsedMigration
  messages: string[]
  applied: AppliedMigration
}

export type FileResult = { closing: Closing } | 'applied by another run'

/**
 * Runs a file up to the point where only its ledger row and COMMIT are missing. `previous` is closed
 * in the same round trip, and `onClosed` called when it is. A lock on a table that is not to be had is tried again, the whole file anew.
 * Throws `SkillsError`; the transaction is rolled back then.
 */
export async function runInTransaction(
  settings: RunSettings,
  migration: ParsedMigration,
  previous: Closing | undefined,
  onClosed: () => void,
): Promise<FileResult> {
  const deadline = Date.now() + settings.lockWaitMs
  let closing = previous
  for (;;) {
    try {
      return await attempt(settings, migration, closing, onClosed, deadline)
    } catch (error) {
      if (!isLockNotAvailable(error)) throw error
      if (Date.now() >= deadline) throw await lockTimeout(settings.db, migration.file, error)
      await pause()
    }
    // the failed attempt has committed the file before
    closing = undefined
  }
}

/** Commits the last file of a run. */
export async function close(settings: RunSettings, closing: Closing): Promise<void> {
  checkClosed(closing, await settings.db.pipeline([...closing.messages, RESET_ROLE]))
}

async function attempt(
  settings: RunSettings,
  migration: ParsedMigration,
  previous: Closing | undefined,
  onClosed: () => void,
  deadline: number,
): Promise<FileResult> {
  const { db } = settings
  const began = performance.now()
  const present = presentObjectsSql(migration.statements.filter(({ kind }) => kind.ifNotExists))
  const guardText = guardSql(settings.lockKey, {
    name: settings.ledger,
    version: migration.version,
    predecessor: previous?.migration.version,
  })
  const opening = [`${beginSql(settings, migration)}; ${guardText}`]
  if (present !== undefined) opening.push(present)
  // the first file waits for its guard: when another run holds the lock, nothing else is worth sending
  const body = migration.statements.map(messageFor)
  const eager = previous === undefined ? [] : body.slice(0, CHUNK)
  const outcomes = await db.pipeline([...(previous?.messages ?? []), ...opening, ...eager])
  const closed = outcomes.splice(0, previous?.messages.length ?? 0)
  const opened = outcomes.splice(0, opening.length)
  if (previous !== undefined) {
    await undoOnThrow(settings, async () => checkClosed(previous, closed))
    onClosed()
  }
  const guard = opened.find((outcome) => !outcome.ok)
  if (guard?.ok === false) {
    await db.exec('ROLLBACK')
    if (guard.error.code === GUARD.alreadyApplied) return 'applied by another run'
    if (guard.error.code !== GUARD.locked) throw guard.error
    await waitForLock(db, { key: settings.lockKey, waitMs: settings.lockWaitMs, onEvent: settings.onEvent }, deadline)
    return attempt(settings, migration, undefined, onClosed, deadline)
  }
  const existing = presentBefore(migration, opened[1])
  await undoOnThrow(settings, async () => {
    await runStatements(settings, migration, body, outcomes, existing)
    await compareExisting(settings, migration, existing)
  })
  return { closing: closingOf(settings, migration, existing, performance.now() - began) }
}

async function runStatements(
  settings: RunSettings,
  migration: ParsedMigration,
  body: readonly string[],
  sent: Outcome[],
  existing: ExistingObject[],
): Promise<void> {
  let next = 0
  let outcomes = sent
  let races = 0
  for (;;) {
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
    if (next >= body.length) return
    outcomes = await settings.db.pipeline(body.slice(next, next + CHUNK))
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

function beginSql(settings: RunSettings, migration: ParsedMigration): string {
  // Citus wants this first, and any other server takes it for a setting of nobody's
  return [
    RESET_ROLE,
    'BEGIN',
    "SET LOCAL citus.multi_shard_modify_mode = 'sequential'",
    ...fileSettings(settings, migration.source).map((pair) => `SET LOCAL ${pair}`),
  ].join('; ')
}

function closingOf(settings: RunSettings, migration: ParsedMigration, existing: ExistingObject[], durationMs: number): Closing {
  const { version, file, checksum, statements } = migration
  // what a file makes anew is valid; what it found may not be
  const found = new Set(existing.map(({ line, column }) => `${line}:${column}`))
  const invalid = refuseInvalidIndexesSql(
    statements.filter(({ line, column }) => found.has(`${line}:${column}`)),
    GUARD.invalidIndex,
  )
  existing.sort((a, b) => a.line - b.line)
  return {
    migration,
    messages: [
      ...(invalid === undefined ? [] : [invalid]),
      insertLedgerSql(settings.ledger, {
        version,
        checksum,
        durationMs,
        statements: statements.length,
        tolerated: existing,
        tool: settings.tool,
      }),
      'COMMIT',
      // what the file set for its session must not reach the next one
      'DISCARD ALL',
    ],
    applied: { version, file, statements: statements.length, durationMs: Math.round(durationMs), existing },
  }
}

function checkClosed({ migration, messages }: Closing, outcomes: readonly Outcome[]): void {
  const failedAt = outcomes.findIndex((outcome) => !outcome.ok)
  const failed = outcomes[failedAt]
  if (failed?.ok !== false) return
  const invalid =
    failed.error.code === GUARD.invalidIndex
      ? migration.statements.find(({ kind }) => kind.object?.kind === 'index' && failed.error.message.includes(kind.object.name))
      : undefined
  if (invalid !== undefined) throw indexFailure(migration, invalid, failed.error)
  throw endFailure(migration, failed.error, messages[failedAt] === 'COMMIT' ? 'commit' : 'ledger')
}

/** A statement that may fail because its object is there gets a savepoint; any other failure ends the file anyway. */
function messageFor(statement: ParsedStatement): string {
  return isSafe(statement) ? `${SAVEPOINT}${statement.text}${RELEASE}` : statement.text
}

function isSafe({ kind }: ParsedStatement): boolean {
  return kind.tolerable.length > 0
}

/** Two sessions that make the same object at once: IF NOT EXISTS does not help against it, trying again does. */
function isRace(error: DatabaseError): boolean {
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

async function undoOnThrow(settings: RunSettings, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    // fails only when the connection is gone, and then the server rolls back by itself
    await settings.db.exec('ROLLBACK').catch(() => undefined)
    throw error
  }
}
