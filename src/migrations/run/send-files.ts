import type { DatabaseError } from '../../db/database-error.ts'
import type { Outcome } from '../../db/db.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import { presentSql } from './existing-objects.ts'
import { endFailure, statementFailure } from './failure.ts'
import { insertLedgerSql } from '../ledger/ledger.ts'
import { GUARD, ledgerObstacles } from '../ledger/lock.ts'
import type { ParsedMigration } from '../files/migration-file.ts'
import type { AppliedMigration } from './report.ts'
import { ENDING, isRace, openingSql, RESET_ROLE } from './run-in-transaction.ts'
import type { RunSettings } from './run-settings.ts'

export interface SentFiles {
  /** What became of each file; those that are `left` were rolled back or never begun. */
  files: (AppliedMigration | 'applied by another run' | 'left')[]
  /** Set when a file failed for a reason that running it step by step would not change. */
  failure?: unknown
}

/** How many messages a file takes when it is sent ahead. */
export function messageCount({ statements }: ParsedMigration): number {
  return 1 + statements.length + 1 + ENDING.length
}

/**
 * Sends files without waiting, each a transaction of its own, in the hope that nothing of them exists. The guard of
 * each refuses to go on when the file before it (`predecessor` for the first) is not applied, so that the order holds
 * whatever fails. `onEnd` is called when the server is through with a file.
 */
export async function sendFiles(
  settings: RunSettings,
  migrations: readonly ParsedMigration[],
  predecessor: ParsedMigration | undefined,
  onEnd: (migration: ParsedMigration) => void,
): Promise<SentFiles> {
  const sent = migrations.map((migration, i) => messagesOf(settings, migration, migrations[i - 1] ?? predecessor))
  // the next file sets the role back by itself
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
      files.push('left')
      const failure = finalFailure(migration, failed.error, (sent[i] ?? [])[failedAt] ?? '', failedAt)
      // the files behind it have refused to begin
      if (failure !== undefined) return { files, failure }
    }
  }
  return { files }
}

function messagesOf(settings: RunSettings, migration: ParsedMigration, predecessor: ParsedMigration | undefined): string[] {
  const { version, checksum, statements } = migration
  const entry = { version, checksum, durationMs: undefined, statements: statements.length, tolerated: [], tool: settings.tool }
  const present = presentSql(statements)
  const obstacles = [
    ...ledgerObstacles(settings.ledger, version, predecessor?.version),
    ...(present === undefined ? [] : [{ condition: present, code: GUARD.present }]),
  ]
  return [
    openingSql(settings, migration, obstacles),
    ...statements.map(({ text }) => text),
    insertLedgerSql(settings.ledger, entry),
    ...ENDING,
  ]
}

/** Position of the first statement among the messages of a file. */
const FIRST = 1

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
