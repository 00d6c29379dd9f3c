import { knownError } from '../../api/known-error.ts'
import { Backoff } from '../../core/backoff.ts'
import type { SkillsError } from '../../core/errors.ts'
import { LastingConnection } from '../../core/lasting-connection.ts'
import type { Db } from '../../db/db.ts'
import type { Waker } from './waker.ts'

/** A connection that is opened again after it is lost: only by `get`, never in the middle of work. */
export interface ReconnectingConnection {
  /** The connection; a new one after the last one ended. The first attempt must succeed, later ones are repeated until `isOver`. */
  get(isOver: () => boolean): Promise<Db | undefined>
  /** The number of connections so far. After a new one, events may have been missed. */
  readonly count: number
  /** Drops the connection when it no longer answers. */
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

/** The waits of commands that run until a signal. People watch them, so the first waits are not too short. */
export function liveBackoff(): Backoff {
  return new Backoff({ shortestMs: 500, longestMs: 30_000 })
}

/** An error that another attempt may not have; undefined for a bug. */
export function retryable(error: unknown): SkillsError | undefined {
  const known = knownError(error, 'do this')
  return known?.code === 'BUG' ? undefined : known
}

/** A lasting connection that reports what happens to it. Opens no connection yet. */
export function createReconnecting({ open, waker, report, reconnected }: ReconnectingOptions): ReconnectingConnection {
  const connection = new LastingConnection({
    open,
    backoff: liveBackoff(),
    onLost: () => waker.wake(),
    onFailure: (error, waitMs) => {
      const known = retryable(error)
      if (known === undefined || connection.opened === 0) throw error
      report(`${known.message}; next attempt in ${(waitMs / 1000).toFixed(1)} s`)
    },
    // an event that wakes the loop must not shorten the wait
    sleep: async (ms, isOver) => {
      for (let until = performance.now() + ms; !isOver() && performance.now() < until;) await waker.sleep(until - performance.now())
    },
  })
  return {
    get: async (isOver) => {
      const isLost = !isOver() && connection.opened > 0 && !connection.isOpen
      if (isLost) report('the connection to the database was lost; connecting again')
      const db = await connection.get(isOver)
      if (isLost && db !== undefined) report(reconnected)
      return db
    },
    get count() {
      return connection.opened
    },
    check: async () => void (await connection.check()),
    drop: () => connection.drop(),
  }
}
