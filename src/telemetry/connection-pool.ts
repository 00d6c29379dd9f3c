import { Backoff } from '../core/backoff.ts'
import { connectionLost } from '../core/common-errors.ts'
import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'
import { isConnectionError } from '../db/skills-error.ts'
import { SQLSTATE } from '../db/sqlstates.ts'

export interface ConnectionPoolOptions {
  /** Opens a connection that does not keep the process alive. */
  open: () => Promise<Db>
  /** Connections at a time, at most; more work waits for its turn. */
  max: number
  /** A statement without an answer within this time counts as a lost connection. */
  timeoutMs: number
  /** The one connection belongs to the application, which closes it. */
  given?: boolean
  /** A connection was replaced because its server is read-only now: a proxy leads new connections to another server. */
  onMoved?: () => void
}

/**
 * A few connections for a long-lived application: opened when needed, and again after one was lost. While the wait after a
 * failed attempt lasts, all work fails at once with the error of that attempt.
 */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions
  readonly #idle: Db[] = []
  readonly #all = new Set<Db>()
  readonly #waiting: (() => void)[] = []
  readonly #backoff = new Backoff({ longestMs: 1_000 })
  #busy = 0
  #lastError: unknown
  #isClosed = false

  constructor(options: ConnectionPoolOptions) {
    this.#options = options
  }

  /**
   * Gives the work a connection of its own. With `again` it is repeated once when the connection is lost during it: only
   * for work that can be done twice. Work that a read-only server refused is repeated on a new connection in any case. The process stays alive until the work has ended, unless `background`.
   */
  async run<T>(work: (db: Db) => Promise<T>, { again = false, background = false } = {}): Promise<T> {
    // the connections do not keep the process alive; a caller that waits for an answer does
    const hold = background ? undefined : setInterval(() => undefined, 2 ** 30)
    try {
      return await this.#attempt(work)
    } catch (error) {
      const canRepeat = (again && isConnectionError(error)) || (this.#options.given !== true && isReadOnly(error))
      if (!canRepeat || this.#isClosed) throw error
      return await this.#attempt(work)
    } finally {
      clearInterval(hold)
    }
  }

  /** Ends the connections; running work fails with CONNECTION_LOST. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const next of this.#waiting.splice(0)) next()
    if (this.#options.given !== true) await Promise.all([...this.#all].map((db) => db.close().catch(() => undefined)))
  }

  async #attempt<T>(work: (db: Db) => Promise<T>): Promise<T> {
    while (!this.#isClosed && this.#busy >= this.#options.max) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#busy++
    try {
      const db = this.#idle.pop() ?? (await this.#open())
      const result = await this.#withTimeout(db, work(db))
      if (this.#all.has(db)) this.#idle.push(db)
      return result
    } finally {
      this.#busy--
      this.#waiting.shift()?.()
    }
  }

  async #open(): Promise<Db> {
    if (this.#isClosed) throw connectionLost('close() was called')
    if (this.#backoff.waitMs > 0) throw this.#lastError
    try {
      const db = await this.#options.open()
      this.#backoff.succeeded()
      this.#all.add(db)
      db.onEnd(() => this.#forget(db))
      return db
    } catch (error) {
      this.#lastError = error
      this.#backoff.failed()
      throw error
    }
  }

  /** The result of work on a connection. The connection is used again only if the work did not break it. */
  async #withTimeout<T>(db: Db, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(connectionLost(`no answer within ${this.#options.timeoutMs / 1000} s`)),
        this.#options.timeoutMs,
      ).unref()
    })
    try {
      return await Promise.race([work, late])
    } catch (error) {
      if (isConnectionError(error)) {
        this.#forget(db)
        work.catch(() => undefined)
        // the statement may still be running
        if (this.#options.given !== true) void abandon(db)
      } else if (isReadOnly(error) && this.#options.given !== true) {
        this.#forget(db)
        void abandon(db)
        this.#options.onMoved?.()
      } else if (this.#all.has(db)) {
        this.#idle.push(db)
      }
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  #forget(db: Db): void {
    this.#all.delete(db)
    const place = this.#idle.indexOf(db)
    if (place !== -1) this.#idle.splice(place, 1)
  }
}

/** Also as the cause of the error of a call. */
function isReadOnly(error: unknown): boolean {
  const reported = error instanceof DatabaseError ? error : error instanceof Error ? error.cause : undefined
  return reported instanceof DatabaseError && reported.code === SQLSTATE.readOnlyTransaction
}

async function abandon(db: Db): Promise<void> {
  try {
    await db.cancel()
    await db.close()
  } catch {
    // it was lost before
  }
}
