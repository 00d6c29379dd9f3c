import { SkillsError } from '../core/errors.ts'
import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'
import type { LockHolder } from '../db/locks.ts'
import { advisoryHolders, advisoryKey, oldestTransactions } from '../db/locks.ts'
import { quoteLiteral } from '../db/quote.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import type { MigrateEvent } from './report.ts'

/** SQLSTATEs that our own guards raise; class SK is nobody's. */
export const GUARD = {
  locked: 'SKL01',
  alreadyApplied: 'SKL02',
  predecessorMissing: 'SKL03',
  invalidIndex: 'SKL04',
  present: 'SKL05',
} as const

export interface LockSettings {
  key: bigint
  /** How long to wait for the lock in all. */
  waitMs: number
  onEvent: (event: MigrateEvent) => void
}

/** The lock that all runs on one ledger share. */
export function migrationLock(db: Db, ledger: string): bigint {
  return advisoryKey('skills migrate', db.info.schema, ledger)
}

/** The lock as short work on the ledger takes it. */
export function lockOf(db: Db, ledger: string): LockSettings {
  return { key: migrationLock(db, ledger), waitMs: LOCK_WAIT_MS, onEvent: () => undefined }
}

/** How long to wait for other runs unless told otherwise. */
export const LOCK_WAIT_MS = 60_000

/**
 * A statement for the beginning of a transaction that fails at once when another run holds the lock,
 * when `version` is applied by now, or when the file before it is not. The lock ends with the
 * transaction, so that it cannot be left behind in a pooler; it does not block, so that no snapshot is
 * held that CREATE INDEX CONCURRENTLY would wait for.
 */
export function guardSql(key: bigint, ledger?: { name: string; version: string; predecessor: string | undefined }): string {
  const has = (version: string): string => `EXISTS (SELECT FROM ${ledger?.name ?? ''} WHERE version = ${quoteLiteral(version)})`
  return `DO $skills$ BEGIN
    ${raiseWhen(`NOT pg_try_advisory_xact_lock(${key})`, GUARD.locked)}
    ${ledger === undefined ? '' : raiseWhen(has(ledger.version), GUARD.alreadyApplied)}
    ${ledger?.predecessor === undefined ? '' : raiseWhen(`NOT ${has(ledger.predecessor)}`, GUARD.predecessorMissing)}
  END $skills$`
}

function raiseWhen(condition: string, code: string): string {
  return `IF ${condition} THEN RAISE EXCEPTION 'skills migrate: ${code}' USING ERRCODE = '${code}'; END IF;`
}

/** Waits until nobody holds the lock, polling with jitter; the lock itself is not kept. */
export async function waitForLock(db: Db, { key, onEvent }: Pick<LockSettings, 'key' | 'onEvent'>, deadline: number): Promise<void> {
  const began = Date.now()
  for (;;) {
    const [row] = await db.query<{ free: boolean }>(`SELECT pg_try_advisory_xact_lock(${key}) AS free`)
    if (row?.free === true) return
    const [holder] = await advisoryHolders(db, key)
    onEvent({ type: 'lock-wait', waitedMs: Date.now() - began, holder: holder === undefined ? undefined : describeHolder(holder) })
    if (Date.now() >= deadline) {
      throw new SkillsError(
        'LOCK_TIMEOUT',
        `another skills migrate holds the lock${holder === undefined ? '' : `: ${describeHolder(holder)}`}`,
        {
          hint: 'wait for it and run again, or raise --lock-wait',
        },
      )
    }
    await pause()
  }
}

/** A migration could not get a lock on a table in time and `deadline` has passed. */
export async function lockTimeout(db: Db, file: string, cause: DatabaseError): Promise<SkillsError> {
  const holders = await oldestTransactions(db).catch(() => [])
  const who = holders.length === 0 ? '' : `; open transactions: ${holders.map(describeHolder).join('; ')}`
  return new SkillsError('LOCK_TIMEOUT', `${file} could not lock what it changes: ${cause.message}${who}`, {
    hint: 'nothing of it was applied; end the transactions above or run again when they are done (--lock-timeout, --lock-wait)',
    cause,
  })
}

export function isLockNotAvailable(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && error.code === SQLSTATE.lockNotAvailable
}

/** 100 to 300 ms: jitter keeps waiting runs from knocking in step. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 200))
}

function describeHolder({ pid, application, ageSeconds, state, query }: LockHolder): string {
  const what = query === null || query === '' ? '' : `, ${state ?? ''}: ${query.replace(/\s+/g, ' ').slice(0, 80)}`
  return `pid ${pid}${application === null || application === '' ? '' : ` (${application})`} for ${ageSeconds} s${what}`
}
