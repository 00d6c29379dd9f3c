import { SkillsError } from '../core/errors.ts'
import type { Db } from '../db/db.ts'
import { backoffMs, isConnectionFault } from './faults.ts'

/** After a failed attempt to connect, the next comes no later than this. */
const LONGEST_REFUSAL_MS = 1_000

export interface SessionsOptions {
  /** Opens a session that does not keep the process alive. */
  open: () => Promise<Db>
  /** At most so many at a time; more work waits for its turn. */
  max: number
  /** A statement without an answer for so long counts as a lost connection. */
  timeoutMs: number
  /** The session belongs to somebody else, who closes it. */
  given?: boolean
}

/**
 * A few sessions with one database, for an application that lives long: opened when they are needed, and again after the
 * connection was lost. Between two failed attempts to connect all work fails at once with the error of the last.
 */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #idle: Db[] = []
  readonly #all = new Set<Db>()
  readonly #waiting: (() => void)[] = []
  #busy = 0
  #failures = 0
  #notBefore = 0
  #lastError: unknown
  #closed = false

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  /**
   * Gives the work a session of its own. With `again` it is done once more when the connection is lost in the middle: only
   * for what may be done twice. The process stays alive until the work has ended, unless `background`.
   */
  async run<T>(work: (db: Db) => Promise<T>, { again = false, background = false } = {}): Promise<T> {
    // sockets do not hold the process; somebody who waits for an answer does
    const hold = background ? undefined : setInterval(() => undefined, 2 ** 30)
    try {
      return await this.#attempt(work)
    } catch (error) {
      if (!again || this.#closed || !isConnectionFault(error)) throw error
      return await this.#attempt(work)
    } finally {
      clearInterval(hold)
    }
  }

  /** Ends the sessions; work that is under way fails with CONNECTION_LOST. */
  async close(): Promise<void> {
    this.#closed = true
    for (const next of this.#waiting.splice(0)) next()
    if (this.#options.given !== true) await Promise.all([...this.#all].map((db) => db.close().catch(() => undefined)))
  }

  async #attempt<T>(work: (db: Db) => Promise<T>): Promise<T> {
    while (!this.#closed && this.#busy >= this.#options.max) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#busy++
    try {
      const db = this.#idle.pop() ?? (await this.#open())
      const result = await this.#limited(db, work(db))
      if (this.#all.has(db)) this.#idle.push(db)
      return result
    } finally {
      this.#busy--
      this.#waiting.shift()?.()
    }
  }

  async #open(): Promise<Db> {
    if (this.#closed) throw new SkillsError('CONNECTION_LOST', 'the connection was closed with close()')
    if (Date.now() < this.#notBefore) throw this.#lastError
    try {
      const db = await this.#options.open()
      this.#failures = 0
      this.#all.add(db)
      db.onEnd(() => this.#forget(db))
      return db
    } catch (error) {
      this.#lastError = error
      this.#notBefore = Date.now() + Math.min(LONGEST_REFUSAL_MS, backoffMs(this.#failures++))
      throw error
    }
  }

  /** The result of work on a session; the session goes on only when the work did not break it. */
  async #limited<T>(db: Db, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new SkillsError('CONNECTION_LOST', `no answer from the database within ${this.#options.timeoutMs / 1000} s`))
      }, this.#options.timeoutMs).unref()
    })
    try {
      return await Promise.race([work, late])
    } catch (error) {
      if (isConnectionFault(error)) {
        this.#forget(db)
        work.catch(() => undefined)
        // the statement may still be running there
        if (this.#options.given !== true) void abandon(db)
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

async function abandon(db: Db): Promise<void> {
  try {
    await db.cancel()
    await db.close()
  } catch {
    // it was lost already
  }
}
