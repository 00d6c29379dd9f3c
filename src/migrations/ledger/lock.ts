import { DEFAULTS } from '../../config/defaults.ts'
import { lockTimedOut } from '../../core/common-errors.ts'
import type { SkillsError } from '../../core/errors.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { advisoryHolders, advisoryKey, describeHolder, oldestTransactions } from '../../db/locks.ts'
import { quoteLiteral } from '../../db/quote.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import type { LedgerFile } from './ledger.ts'

/** The SQLSTATEs of our own guards; PostgreSQL does not use class SK. */
export const GUARD = {
  locked: 'SKL01',
  alreadyApplied: 'SKL02',
  predecessorMissing: 'SKL03',
  invalidIndex: 'SKL04',
  present: 'SKL05',
  replacedApplied: 'SKL06',
} as const

export interface LockSettings {
  key: bigint
  /** How long to wait for the lock in all, in milliseconds. */
  waitMs: number
  onEvent: (event: LockWait) => void
}

/** Another run holds the lock; `holder` describes its connection. */
export interface LockWait {
  type: 'lock-wait'
  waitedMs: number
  holder: string | undefined
}

/** The key of the advisory lock that all runs on one ledger share. */
export function migrationLock(db: Db, ledger: string): bigint {
  return advisoryKey('skills migrate', db.info.schema, ledger)
}

/** The lock for short work on the ledger. */
export function lockOf(db: Db, ledger: string): LockSettings {
  return { key: migrationLock(db, ledger), waitMs: DEFAULTS.lockWaitMs, onEvent: () => undefined }
}

/** A reason not to begin a file: a boolean SQL expression, and the SQLSTATE to raise when it is true. */
export interface Obstacle {
  condition: string
  code: string
}

/**
 * The first statement of a transaction: takes the lock, then checks the obstacles. It fails at once when another run holds
 * the lock, or with the code of the first obstacle. The lock ends with the transaction, so it never stays in a pooler. It
 * does not block, so a waiting run holds no snapshot for which CREATE INDEX CONCURRENTLY would wait. All obstacles are one
 * expression first: each expression costs the server a plan. It runs under the search_path of the file, so all names are qualified.
 */
export function guardSql(key: bigint, obstacles: readonly Obstacle[] = []): string {
  const which = obstacles.map(raiseWhen).join(' ')
  const any = obstacles.map(({ condition }) => condition).join(' OR ')
  return `DO $skills$ BEGIN
    ${raiseWhen({ condition: `NOT pg_catalog.pg_try_advisory_xact_lock((${key})::pg_catalog.int8)`, code: GUARD.locked })}
    ${any === '' ? '' : `IF ${any} THEN ${which} END IF;`}
  END $skills$`
}

/** Obstacles: the file is already applied; a file that it replaces is; the file before it is not applied. */
export function ledgerObstacles(ledger: string, file: LedgerFile, predecessor: LedgerFile | undefined): Obstacle[] {
  return [
    { condition: isAppliedSql(ledger, file), code: GUARD.alreadyApplied },
    ...(file.replaces.length === 0 ? [] : [{ condition: hasRowSql(ledger, file.replaces), code: GUARD.replacedApplied }]),
    ...(predecessor === undefined ? [] : [{ condition: `NOT ${isAppliedSql(ledger, predecessor)}`, code: GUARD.predecessorMissing }]),
  ]
}

/**
 * A boolean SQL expression: the file has a row, or one that replaces it has. A repeatable file is applied when its row has its
 * digest, a file of the package when its row has one: the row of an older tool has none.
 */
export function isAppliedSql(ledger: string, { version, checksum, repeatable, source }: LedgerFile): string {
  if (!repeatable && !source.own) return hasRowSql(ledger, [version])
  const digest = repeatable ? equals('checksum', checksum) : 'checksum IS NOT NULL'
  return `EXISTS (SELECT FROM ${ledger} WHERE ${equals('version', version)} AND ${digest})`
}

function hasRowSql(ledger: string, versions: readonly string[]): string {
  const list = `ARRAY[${versions.map(quoteLiteral).join(', ')}]::pg_catalog.text[]`
  return `EXISTS (SELECT FROM ${ledger} WHERE version OPERATOR(pg_catalog.=) ANY (${list}) OR replaces OPERATOR(pg_catalog.&&) ${list})`
}

function equals(column: string, value: string): string {
  return `${column} OPERATOR(pg_catalog.=) ${quoteLiteral(value)}::pg_catalog.text`
}

function raiseWhen({ condition, code }: Obstacle): string {
  return `IF ${condition} THEN RAISE EXCEPTION 'skills migrate: ${code}' USING ERRCODE = '${code}'; END IF;`
}

/** Runs `work` in a transaction that holds the lock; waits for other runs. Throws LOCK_TIMEOUT. */
export async function lockedTransaction<T>(db: Db, lock: LockSettings, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + lock.waitMs
  for (;;) {
    try {
      return await db.transaction({}, async () => {
        await db.exec(guardSql(lock.key))
        return work()
      })
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== GUARD.locked) throw error
    }
    await waitForLock(db, lock, deadline)
  }
}

/** Polls with jitter until the lock is free. Does not keep the lock. Throws LOCK_TIMEOUT. */
export async function waitForLock(db: Db, { key, onEvent }: Pick<LockSettings, 'key' | 'onEvent'>, deadline: number): Promise<void> {
  const began = Date.now()
  for (;;) {
    const [row] = await db.run(`SELECT pg_try_advisory_xact_lock((${key})::bigint) AS free`, [], { free: 'boolean' })
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

/** The error for a migration that could not lock its tables before the deadline. */
export async function lockTimeout(db: Db, file: string, cause: DatabaseError): Promise<SkillsError> {
  const holders = await oldestTransactions(db).catch(() => [])
  const who = holders.length === 0 ? '' : `; open transactions: ${holders.map(describeHolder).join('; ')}`
  const hint = 'the file was not applied; end the transactions above, or run again when they have ended (--lock-timeout, --lock-wait)'
  return lockTimedOut(`the table locks of ${file}: ${cause.message}${who}`, hint, cause)
}

export function isLockNotAvailable(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && error.code === SQLSTATE.lockNotAvailable
}

/** Waits 100 to 300 ms: the jitter keeps waiting runs from retrying at the same time. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 200))
}
