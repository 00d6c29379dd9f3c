import { lockTimedOut } from '../../core/common-errors.ts'
import type { SkillsError } from '../../core/errors.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { advisoryHolders, advisoryKey, describeHolder, oldestTransactions } from '../../db/locks.ts'
import { quoteLiteral } from '../../db/quote.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'

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
  onEvent: (event: LockWait) => void
}

/** Another run holds the lock; `holder` describes its connection. */
export interface LockWait {
  type: 'lock-wait'
  waitedMs: number
  holder: string | undefined
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

/** A reason not to begin a file: a boolean SQL expression, and the SQLSTATE that tells of it. */
export interface Obstacle {
  condition: string
  code: string
}

/**
 * A statement for the beginning of a transaction that fails at once when another run holds the lock, or for the first
 * of the obstacles that is there. The lock ends with the transaction, so that it cannot be left behind in a pooler; it
 * does not block, so that no snapshot is held that CREATE INDEX CONCURRENTLY would wait for. What is looked up is looked
 * up after the lock is held, in one expression when there is no obstacle: each costs the server a plan.
 */
export function guardSql(key: bigint, obstacles: readonly Obstacle[] = []): string {
  const which = obstacles.map(raiseWhen).join(' ')
  const any = obstacles.map(({ condition }) => condition).join(' OR ')
  return `DO $skills$ BEGIN
    ${raiseWhen({ condition: `NOT pg_try_advisory_xact_lock(${key})`, code: GUARD.locked })}
    ${any === '' ? '' : `IF ${any} THEN ${which} END IF;`}
  END $skills$`
}

/** That `version` is applied by now, and that the file before it is not. */
export function ledgerObstacles(ledger: string, version: string, predecessor: string | undefined): Obstacle[] {
  const has = (name: string): string => `EXISTS (SELECT FROM ${ledger} WHERE version = ${quoteLiteral(name)})`
  return [
    { condition: has(version), code: GUARD.alreadyApplied },
    ...(predecessor === undefined ? [] : [{ condition: `NOT ${has(predecessor)}`, code: GUARD.predecessorMissing }]),
  ]
}

function raiseWhen({ condition, code }: Obstacle): string {
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
      throw lockTimedOut(
        `another skills migrate${holder === undefined ? '' : `: ${describeHolder(holder)}`}`,
        'wait for it and run again, or raise --lock-wait',
      )
    }
    await pause()
  }
}

/** A migration could not get a lock on a table in time and `deadline` has passed. */
export async function lockTimeout(db: Db, file: string, cause: DatabaseError): Promise<SkillsError> {
  const holders = await oldestTransactions(db).catch(() => [])
  const who = holders.length === 0 ? '' : `; open transactions: ${holders.map(describeHolder).join('; ')}`
  const hint = 'nothing of it was applied; end the transactions above, or run again when they have ended (--lock-timeout, --lock-wait)'
  return lockTimedOut(`the table locks of ${file}: ${cause.message}${who}`, hint, cause)
}

export function isLockNotAvailable(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && error.code === SQLSTATE.lockNotAvailable
}

/** 100 to 300 ms: jitter keeps waiting runs from knocking in step. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 200))
}
