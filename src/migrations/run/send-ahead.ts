import type { DatabaseError } from '../../db/database-error.ts'
import type { Outcome } from '../../db/db.ts'
import { waitsByDesign } from '../../sqltext/statements/waiting.ts'
import type { ParsedMigration } from '../files/parse-migration.ts'
import { insertLedgerSql } from '../ledger/ledger.ts'
import { GUARD, ledgerObstacles } from '../ledger/lock.ts'
import { BLOCKED } from './blocked.ts'
import { presentSql } from './existing-objects.ts'
import { endFailure, statementFailure } from './failure.ts'
import { ENDING, isRace, openingSql, RESET_ROLE, roleSql, settleSql } from './file-transaction.ts'
import { appliedMigration, type AppliedMigration } from './report.ts'
import type { RunSettings } from './run-settings.ts'

/** Messages of one batch. After a failed message the server logs an error for each message that follows. */
const MAX_MESSAGES = 64
/** The first batch is small: the server works on it while this process prepares the next one. */
const FIRST_MESSAGES = 12
/** Batches sent and not yet answered: the server works on one while this process prepares the next. */
const MAX_UNANSWERED = 2
/** A file with more statements or more text runs alone: it can take long, and its end is reported at once. */
const SMALL = { statements: 12, text: 16_384 }

/** The first files of `pending` that can be sent together: small files, each in its own transaction. */
export function smallFiles(pending: readonly ParsedMigration[]): ParsedMigration[] {
  const firstOther = pending.findIndex(isOther)
  return firstOther === -1 ? [...pending] : pending.slice(0, firstOther)
}

/** A file that is long, has rows of a COPY, or has limits or transaction modes of its own. */
function isOther({ noTransaction, checks, directives, modes, statements, text }: ParsedMigration): boolean {
  return (
    noTransaction ||
    checks.length > 0 ||
    statements.length > SMALL.statements ||
    text.length > SMALL.text ||
    statements.some(({ rows }) => rows !== undefined) ||
    modes.length > 0 ||
    directives.lockTimeoutMs !== undefined ||
    directives.statementTimeoutMs !== undefined ||
    waitsByDesign(statements[0]?.text ?? '')
  )
}

/**
 * Sends files in batches, the next one before the answers to the last. Calls `onStart` when the server begins a file after
 * the first, and `onDone` with the results of a batch. A file whose objects already exist is not run here, nor are the files
 * after it: they must run step by step. Throws the failure of a file that would fail step by step too.
 */
export async function sendAhead(
  settings: RunSettings,
  migrations: readonly ParsedMigration[],
  onStart: (migration: ParsedMigration) => void,
  onDone: (batch: readonly ParsedMigration[], results: SentFiles['files']) => void,
): Promise<void> {
  const unanswered: { batch: readonly ParsedMigration[]; result: Promise<SentFiles> }[] = []
  let failure: unknown
  let halted = false
  const settle = async (): Promise<void> => {
    const next = unanswered.shift()
    if (next === undefined) return
    const { files, failure: own } = await next.result
    onDone(next.batch, files)
    failure ??= own
    halted ||= files.includes('not run')
  }
  const followers = new Map(migrations.map((migration, i) => [migration, migrations[i + 1]]))
  const onEnd = (migration: ParsedMigration): void => {
    const follower = followers.get(migration)
    if (follower !== undefined) onStart(follower)
  }
  let previous: ParsedMigration | undefined
  for (const batch of batches(migrations)) {
    if (unanswered.length === MAX_UNANSWERED) await settle()
    if (halted) break
    const result = sendFiles(settings, batch, previous, onEnd)
    // when the connection fails, both batches fail: report the first
    result.catch(() => undefined)
    unanswered.push({ batch, result })
    previous = batch.at(-1)
  }
  while (unanswered.length > 0) await settle()
  if (failure !== undefined) throw failure
}

function batches(migrations: readonly ParsedMigration[]): ParsedMigration[][] {
  const all: ParsedMigration[][] = []
  let messages = Infinity
  for (const migration of migrations) {
    messages += messageCount(migration)
    if (messages > (all.length === 1 ? FIRST_MESSAGES : MAX_MESSAGES)) {
      all.push([])
      messages = messageCount(migration)
    }
    all.at(-1)?.push(migration)
  }
  return all
}

interface SentFiles {
  /** The result of each file; `not run`: rolled back or not begun. */
  files: (AppliedMigration | 'applied by another run' | 'not run')[]
  /** Set when a file failed and would fail step by step too. */
  failure?: unknown
}

/** The number of messages for a file. */
function messageCount(migration: ParsedMigration): number {
  return firstOf(migration) + migration.statements.length + 2 + ENDING.length
}

/**
 * Sends files without waiting for answers, each in a transaction of its own, assuming that their objects do not exist. The
 * guard of each file fails when the file before it (`predecessor` for the first) is not applied, so the order is kept
 * whatever fails. Calls `onEnd` when the server finishes a file.
 */
async function sendFiles(
  settings: RunSettings,
  migrations: readonly ParsedMigration[],
  predecessor: ParsedMigration | undefined,
  onEnd: (migration: ParsedMigration) => void,
): Promise<SentFiles> {
  const sent = migrations.map((migration, i) => messagesOf(settings, migration, migrations[i - 1] ?? predecessor))
  // each file resets the role when it begins
  sent.at(-1)?.push(RESET_ROLE)
  const ends = new Map<number, ParsedMigration>()
  let end = 0
  for (const [i, migration] of migrations.entries()) {
    end += sent[i]?.length ?? 0
    ends.set(end - 1, migration)
  }
  const outcomes = await settings.db.pipeline(sent.flat(), (answered) => {
    const ended = ends.get(answered)
    if (ended !== undefined) onEnd(ended)
  })
  const files: SentFiles['files'] = []
  for (const [i, migration] of migrations.entries()) {
    const own = outcomes.splice(0, sent[i]?.length ?? 0)
    const failedAt = own.findIndex((outcome) => !outcome.ok)
    const failed = own[failedAt]
    if (failed?.ok !== false) files.push(appliedOf(migration, own))
    else if (failed.error.code === GUARD.alreadyApplied) files.push('applied by another run')
    else {
      files.push('not run')
      const failure = finalFailure(migration, failed.error, failedAt)
      // the guards of the files after it failed
      if (failure !== undefined) return { files, failure }
    }
  }
  return { files }
}

function messagesOf(settings: RunSettings, migration: ParsedMigration, predecessor: ParsedMigration | undefined): string[] {
  const { statements } = migration
  const entry = { durationMs: undefined, statements: statements.length, tolerated: [], tool: settings.tool }
  const present = presentSql(statements)
  const obstacles = [
    ...ledgerObstacles(settings.ledger, migration, predecessor),
    ...(present === undefined ? [] : [{ condition: present, code: GUARD.present }]),
  ]
  return [
    openingSql(settings, migration, obstacles),
    ...roleSql(migration),
    ...statements.map(({ text }) => text),
    settleSql(settings),
    insertLedgerSql(settings.ledger, migration, entry),
    ...ENDING,
  ]
}

/** Position of the first statement among the messages of a file. */
function firstOf(migration: ParsedMigration): number {
  return 1 + roleSql(migration).length
}

function appliedOf(migration: ParsedMigration, outcomes: readonly Outcome[]): AppliedMigration {
  const inserted = outcomes[firstOf(migration) + migration.statements.length + 1]
  const durationMs = inserted?.ok === true ? Number(inserted.rows[0]?.['duration_ms'] ?? 0) : 0
  return appliedMigration(migration, durationMs, [])
}

/** The failure of a file; undefined when the file can still run step by step, which waits for locks and skips existing objects. */
function finalFailure(migration: ParsedMigration, error: DatabaseError, failedAt: number): unknown {
  if ((Object.values(GUARD) as string[]).includes(error.code) || BLOCKED.has(error.code) || isRace(error)) return undefined
  const first = firstOf(migration)
  const statement = migration.statements[failedAt - first]
  if (statement !== undefined)
    return statement.kind.existsCodes.includes(error.code) ? undefined : statementFailure(migration, statement, error, '')
  if (failedAt < first) return error
  const isLedgerRow = failedAt === first + migration.statements.length + 1
  return endFailure(migration, error, isLedgerRow ? 'ledger' : 'commit')
}
