import { SkillsError } from '../../core/errors.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { describeHolder, obstructingTransactions, oldestTransactions, type LockHolder } from '../../db/locks.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import { mentionsIn } from '../../sqltext/locate/locate-names.ts'
import { waitsByDesign } from '../../sqltext/statements/waiting.ts'
import type { ParsedMigration, ParsedStatement } from '../files/parse-migration.ts'
import { Blocked } from '../ledger/attempts.ts'
import { stateOf } from './failure-text.ts'
import { MigrationFailure } from './failure.ts'

type Blockable = DatabaseError | MigrationFailure

/** Whether others are the reason of a failure, so that the same can succeed a moment later. */
export function isBlockedByOthers(error: unknown, { modes }: ParsedMigration): error is Blockable {
  const cause = error instanceof MigrationFailure ? error.facts.error : error
  if (!(cause instanceof DatabaseError)) return false
  if (BLOCKED.has(cause.code)) return true
  // the snapshot of the file is older than its lock: another run can have applied the file meanwhile
  const atLedger = error instanceof MigrationFailure && error.facts.atEnd === 'ledger'
  return atLedger && modes.length > 0 && cause.code === SQLSTATE.uniqueViolation
}

/** The answers of the server when others are the reason. */
export const BLOCKED: ReadonlySet<string> = new Set([SQLSTATE.lockNotAvailable, SQLSTATE.deadlockDetected, SQLSTATE.serializationFailure])

/** The result of an attempt that others prevented. After it, call nothing inside the transaction: it has ended. */
export function blockedByOthers(db: Db, migration: ParsedMigration, error: Blockable): Blocked {
  const { error: cause, statement } = error instanceof MigrationFailure ? error.facts : { error, statement: undefined }
  const isLock = cause.code === SQLSTATE.lockNotAvailable || cause.code === SQLSTATE.deadlockDetected
  if (!isLock && error instanceof MigrationFailure) return new Blocked(() => Promise.resolve(error))
  return new Blocked(async () => {
    const place = statement === undefined ? migration.file : `${migration.file}:${statement.line}`
    const holders = await holdersFor(db, statement).catch(() => [])
    const who = holders.length === 0 ? '' : `; open transactions: ${holders.map(describeHolder).join('; ')}`
    const state = error instanceof MigrationFailure ? stateOf(error.facts) : 'the file was not applied'
    return new SkillsError('LOCK_TIMEOUT', `timed out waiting for ${whatOf(statement)} of ${place}: ${cause.message}${who}`, {
      hint: `${state}; end the transactions above, or run again when they have ended (--lock-timeout, --lock-wait)`,
      ...(error instanceof MigrationFailure ? { diagnostics: error.diagnostics } : {}),
      cause,
    })
  })
}

function whatOf(statement: ParsedStatement | undefined): string {
  return statement !== undefined && waitsByDesign(statement.text) ? 'the transactions in the way' : 'the table locks'
}

/** The transactions for which the statement waited; those that hold any lock when the tables of the statement are not known. */
async function holdersFor(db: Db, statement: ParsedStatement | undefined): Promise<LockHolder[]> {
  if (statement !== undefined) {
    const { text, kind } = statement
    const isConcurrent = waitsByDesign(text)
    const holders = await obstructingTransactions(db, {
      relations: [...mentionsIn(text)].flatMap(({ value, isLiteral }) => (isLiteral ? [] : [value])).slice(0, MOST_NAMES),
      readers: !isConcurrent || kind.verb !== 'CREATE INDEX',
      snapshots: isConcurrent,
    })
    if (holders.length > 0) return holders
  }
  return oldestTransactions(db)
}

const MOST_NAMES = 200
