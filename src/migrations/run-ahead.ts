import type { DatabaseError } from '../db/database-error.ts'
import type { Outcome } from '../db/db.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import { refusePresentSql } from './existing-objects.ts'
import { endFailure, statementFailure } from './failure.ts'
import { insertLedgerSql } from './ledger.ts'
import { GUARD } from './lock-guard.ts'
import type { ParsedMigration } from './migration-file.ts'
import type { AppliedMigration } from './report.ts'
import { ENDING, isRace, openingSql } from './run-in-transaction.ts'
import type { RunSettings } from './run-settings.ts'

/** Messages sent at once. Behind one that fails the server logs an error for each of the rest. */
const MOST_MESSAGES = 96
/** A file with more statements than this, or more text, is run by itself: it may take long, and it is told when it is done. */
const SMALL = { statements: 12, text: 16_384 }

export interface AheadResult {
  /** What became of each file that was sent; those that are `left` were rolled back or never begun. */
  files: (AppliedMigration | 'applied by another run' | 'left')[]
  /** Set when a file failed for a reason that running it step by step would not change. */
  failure?: unknown
}

/** The first files of `pending` that can be sent together: small ones, each in its own transaction. */
export function smallFiles(pending: readonly ParsedMigration[]): ParsedMigration[] {
  const files: ParsedMigration[] = []
  let messages = 0
  for (const migration of pending) {
    const { noTransaction, statements, text } = migration
    messages += statements.length + 3 + ENDING.length
    if (noTransaction || statements.length > SMALL.statements || text.length > SMALL.text || messages > MOST_MESSAGES) break
    files.push(migration)
  }
  return files
}

/**
 * Sends several files without waiting, each a transaction of its own, in the hope that nothing of them
 * exists. The guard of each refuses to go on when the file before it is not applied, so that the order
 * holds whatever fails. `onStart` is called as the server comes to each file behind the first. A file that finds something there already is left for the careful way.
 */
export async function runAhead(
  settings: RunSettings,
  migrations: readonly ParsedMigration[],
  onStart: (migration: ParsedMigration) => void,
): Promise<AheadResult> {
  const sent = migrations.map((migration, i) => messagesOf(settings, migration, migrations[i - 1]?.version))
  // the server is at the next file when it has answered the last message of one
  const begins = new Map<number, ParsedMigration>()
  let end = 0
  for (const [i, messages] of sent.entries()) {
    const next = migrations[i + 1]
    end += messages.length
    if (next !== undefined) begins.set(end - 1, next)
  }
  const outcomes = await settings.db.pipeline(sent.flat(), (answered) => {
    const next = begins.get(answered)
    if (next !== undefined) onStart(next)
  })
  const files: AheadResult['files'] = []
  for (const [i, migration] of migrations.entries()) {
    const own = outcomes.splice(0, sent[i]?.length ?? 0)
    const failedAt = own.findIndex((outcome) => !outcome.ok)
    const failed = own[failedAt]
    if (failed?.ok !== false) files.push(appliedOf(migration, own))
    else if (failed.error.code === GUARD.alreadyApplied) files.push('applied by another run')
    else {
      files.push('left')
      const failure = finalFailure(migration, failed.error, (sent[i] ?? [])[failedAt] ?? '', failedAt)
      // the files behind it have refused to begin
      if (failure !== undefined) return { files, failure }
    }
  }
  return { files }
}

function messagesOf(settings: RunSettings, migration: ParsedMigration, predecessor: string | undefined): string[] {
  const { version, checksum, statements } = migration
  const entry = { version, checksum, durationMs: undefined, statements: statements.length, tolerated: [], tool: settings.tool }
  return [
    openingSql(settings, migration, predecessor),
    refusePresentSql(statements, GUARD.present) ?? 'SELECT',
    ...statements.map(({ text }) => text),
    insertLedgerSql(settings.ledger, entry),
    ...ENDING,
  ]
}

/** Position of the first statement among the messages of a file. */
const FIRST = 2

function appliedOf({ version, file, statements }: ParsedMigration, outcomes: readonly Outcome[]): AppliedMigration {
  const inserted = outcomes[FIRST + statements.length]
  const durationMs = inserted?.ok === true ? Number(inserted.rows[0]?.['duration_ms'] ?? 0) : 0
  return { version, file, statements: statements.length, durationMs, existing: [] }
}

/** The failure of a file, unless the careful way may still run it: it waits for locks and skips what exists. */
function finalFailure(migration: ParsedMigration, error: DatabaseError, message: string, failedAt: number): unknown {
  if ((Object.values(GUARD) as string[]).includes(error.code) || error.code === SQLSTATE.lockNotAvailable || isRace(error)) return undefined
  const statement = migration.statements[failedAt - FIRST]
  if (statement !== undefined)
    return statement.kind.tolerable.includes(error.code) ? undefined : statementFailure(migration, statement, error, '')
  if (failedAt < FIRST) return error
  return endFailure(migration, error, message === 'COMMIT' ? 'commit' : 'ledger')
}
