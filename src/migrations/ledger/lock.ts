import { DEFAULTS } from '../../config/defaults.ts'
import { lockTimedOut } from '../../core/common-errors.ts'
import { ledgerTables } from '../../core/ledger-name.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { advisoryHolders, advisoryKey, describeHolder, oldestTransactions } from '../../db/locks.ts'
import { quoteLiteral } from '../../db/quote.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import { Blocked, untilUnblocked } from './attempts.ts'
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

type RunLock = Pick<LockSettings, 'key' | 'onEvent'>

/** Another run holds the lock, or builds an index that a file creates; `holder` describes its connection. */
export interface LockWait {
  type: 'lock-wait'
  waitedMs: number
  holder: string | undefined
  /** The index, when its builder is the holder. */
  index?: string
}

/** The key of the advisory lock that all runs on one ledger share. */
export function migrationLock(db: Db, ledger: string): bigint {
  const { schema, tables } = ledgerTables(ledger, db.info.schema)
  return advisoryKey('skills migrate', schema, tables[0])
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

/** A boolean SQL expression: one of the versions has a row, or a row counts as it. */
export function hasRowSql(ledger: string, versions: readonly string[]): string {
  const list = `ARRAY[${versions.map(quoteLiteral).join(', ')}]::pg_catalog.text[]`
  return `EXISTS (SELECT FROM ${ledger} WHERE version OPERATOR(pg_catalog.=) ANY (${list}) OR replaces OPERATOR(pg_catalog.&&) ${list})`
}

function equals(column: string, value: string): string {
  return `${column} OPERATOR(pg_catalog.=) ${quoteLiteral(value)}::pg_catalog.text`
}

function raiseWhen({ condition, code }: Obstacle): string {
  return `IF ${condition} THEN RAISE EXCEPTION 'skills migrate: ${code}' USING ERRCODE = '${code}'; END IF;`
}

/**
 * Runs `work` in a transaction that holds the lock; waits for other runs, and repeats it while a table is locked. Throws
 * LOCK_TIMEOUT.
 */
export async function lockedTransaction<T>(db: Db, lock: LockSettings, work: () => Promise<T>): Promise<T> {
  return untilUnblocked(lock.waitMs, async ({ waitedMs }) => {
    const blocked = await stillBlockedByRun(db, lock, waitedMs)
    if (blocked !== undefined) return blocked
    try {
      return await db.transaction({}, async () => {
        await db.exec(`SET LOCAL lock_timeout = ${DEFAULTS.lockTimeoutMs}; ${guardSql(lock.key)}`)
        return work()
      })
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      if (error.code === GUARD.locked) return blockedByRun(db, lock, waitedMs)
      if (error.code !== SQLSTATE.lockNotAvailable && error.code !== SQLSTATE.deadlockDetected) throw error
      return new Blocked(async () => {
        const holders = (await oldestTransactions(db)).map(describeHolder).join('; ')
        return lockTimedOut(
          `the lock of the ledger: ${error.message}${holders === '' ? '' : `; open transactions: ${holders}`}`,
          AGAIN,
          error,
        )
      })
    }
  })
}

/**
 * Before each attempt but the first: whether another run still holds the lock. Does not keep the lock. A failed guard would write
 * an error to the log of the server each time.
 */
export async function stillBlockedByRun(db: Db, lock: RunLock, waitedMs: number): Promise<Blocked | undefined> {
  if (waitedMs === 0) return undefined
  const [row] = await db.run(`SELECT pg_try_advisory_xact_lock((${lock.key})::bigint) AS free`, [], { free: 'boolean' })
  return row?.free === true ? undefined : blockedByRun(db, lock, waitedMs)
}

/** Another run holds the lock. Call it outside a transaction. */
export async function blockedByRun(db: Db, { key, onEvent }: RunLock, waitedMs: number): Promise<Blocked> {
  const [holder] = await advisoryHolders(db, key)
  const who = holder === undefined ? undefined : describeHolder(holder)
  onEvent({ type: 'lock-wait', waitedMs, holder: who })
  return new Blocked(() => Promise.resolve(lockTimedOut(`another skills migrate${who === undefined ? '' : `: ${who}`}`, AGAIN)))
}

const AGAIN = 'wait for it and run again, or raise --lock-wait'
