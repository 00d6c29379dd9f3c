import { knownError } from '../../api/known-error.ts'
import type { SkillsError } from '../../core/errors.ts'
import type { Db } from '../../db/db.ts'
import type { Waker } from './waker.ts'

/** A connection that is opened again after it is lost: only by `get`, never in the middle of work. */
export interface ReconnectingConnection {
  /** The connection; a new one after the last one ended. The first attempt must succeed, later ones are repeated until `isOver`. */
  get(isOver: () => boolean): Promise<Db | undefined>
  /** The number of connections so far. After a new one, events may have been missed. */
  readonly count: number
  /** Asks the server whether the connection still exists. */
  check(): Promise<void>
  drop(): Promise<void>
}

export interface ReconnectingOptions {
  open: () => Promise<Db>
  waker: Waker
  report: (text: string) => void
  /** Reported when the connection is back. */
  reconnected: string
}

const ANSWER_MS = 10_000
const WAITS_MS: readonly number[] = [500, 1000, 2000, 5000, 10_000, 30_000]

/** How long to wait after a number of failures in a row, in milliseconds. */
export function waitAfter(failures: number): number {
  return WAITS_MS[Math.min(failures, WAITS_MS.length) - 1] ?? 0
}

/** An error that another attempt may not have; undefined for a bug. */
export function retryable(error: unknown): SkillsError | undefined {
  const known = knownError(error, 'do this')
  return known?.code === 'BUG' ? undefined : known
}

/** Opens no connection yet. */
export function createReconnecting({ open, waker, report, reconnected }: ReconnectingOptions): ReconnectingConnection {
  let db: Db | undefined
  let count = 0
  const drop = async (): Promise<void> => {
    const ended = db
    db = undefined
    await ended?.close().catch(() => undefined)
  }
  const connect = async (): Promise<Db> => {
    const opened = await open()
    count++
    db = opened
    opened.onEnd(() => {
      if (db === opened) db = undefined
      waker.wake()
    })
    return opened
  }
  const reconnect = async (isOver: () => boolean): Promise<Db | undefined> => {
    report('the connection to the database was lost; connecting again')
    for (let failures = 1; !isOver(); failures++) {
      try {
        const opened = await connect()
        report(reconnected)
        return opened
      } catch (error) {
        const known = retryable(error)
        if (known === undefined) throw error
        const wait = waitAfter(failures)
        report(`${known.message}; next attempt in ${wait / 1000} s`)
        // an event that wakes the loop must not shorten the wait
        for (let until = performance.now() + wait; !isOver() && performance.now() < until;) await waker.sleep(until - performance.now())
      }
    }
    return undefined
  }
  return {
    get: async (isOver) => db ?? (count === 0 ? connect() : reconnect(isOver)),
    get count() {
      return count
    },
    check: async () => {
      if (db !== undefined && !(await answers(db))) await drop()
    },
    drop,
  }
}

async function answers(db: Db): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ANSWER_MS)))
  const answer = db.query('SELECT 1').then(
    () => true,
    () => false,
  )
  return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer))
}
