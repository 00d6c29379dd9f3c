import { Backoff } from './backoff.ts'

/** What a lasting connection needs of a connection; a `Db` has it. */
export interface Connection {
  onEnd(listener: () => void): void
  query(sql: string): Promise<unknown>
  close(): Promise<void>
}

export interface LastingConnectionOptions<C extends Connection> {
  /** Opens a connection, and prepares it. */
  open: () => Promise<C>
  /** The connection has ended, and `drop` did not end it. */
  onLost?: () => void
  /** An attempt to open has failed; the next one follows after `waitMs`. Throws to give up. */
  onFailure: (error: unknown, waitMs: number) => void
  /** Closes a connection that is dropped; `close` of the connection unless given. */
  close?: (db: C) => Promise<void>
  /** Waits between two attempts, at most until `isOver`. */
  sleep: (ms: number, isOver: () => boolean) => Promise<void>
  backoff?: Backoff
}

const ANSWER_MS = 10_000

/** A connection for a long time: opened again after it was lost, by the next `get` and never in the middle of work. */
export class LastingConnection<C extends Connection> {
  readonly #options: LastingConnectionOptions<C>
  readonly #backoff: Backoff
  #db: C | undefined
  #opened = 0

  constructor(options: LastingConnectionOptions<C>) {
    this.#options = options
    this.#backoff = options.backoff ?? new Backoff()
  }

  get isOpen(): boolean {
    return this.#db !== undefined
  }

  /** How many times it was opened. A caller that remembers the number sees that something may have been missed. */
  get opened(): number {
    return this.#opened
  }

  /** The open connection, or a new one, after as many attempts as it takes; undefined when `isOver` ends them. */
  async get(isOver: () => boolean): Promise<C | undefined> {
    while (!isOver()) {
      if (this.#db !== undefined) return this.#db
      try {
        const db = await this.#open()
        if (!isOver()) return db
        await this.drop()
      } catch (error) {
        const waitMs = this.#backoff.failed()
        this.#options.onFailure(error, waitMs)
        await this.#options.sleep(waitMs, isOver)
      }
    }
    return undefined
  }

  /** Whether the connection still answers; one that does not within 10 s is dropped. */
  async check(): Promise<boolean> {
    if (this.#db === undefined) return false
    if (await answers(this.#db)) return true
    await this.drop()
    return false
  }

  async drop(): Promise<void> {
    const db = this.#db
    this.#db = undefined
    const { close = (open: C) => open.close() } = this.#options
    if (db !== undefined) await close(db).catch(() => undefined)
  }

  async #open(): Promise<C> {
    const db = await this.#options.open()
    this.#backoff.succeeded()
    this.#opened++
    this.#db = db
    db.onEnd(() => {
      if (this.#db !== db) return
      this.#db = undefined
      this.#options.onLost?.()
    })
    return db
  }
}

/** A connection can be dead without a sign of it: the server is gone, and no packet says so. */
async function answers(db: Connection): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ANSWER_MS).unref()
  })
  const answer = db.query('SELECT 1').then(
    () => true,
    () => false,
  )
  return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer))
}
