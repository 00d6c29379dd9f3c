import { Backoff } from '../../core/backoff.ts'
import { SkillsError } from '../../core/errors.ts'
import type { Db } from '../../db/db.ts'
import { LastingConnection } from '../../db/lasting-connection.ts'
import { toSkillsError } from '../../db/skills-error.ts'
import type { Waker } from './waker.ts'

export interface ReportedConnectionOptions {
  open: () => Promise<Db>
  /** Woken when the connection is lost. */
  waker: Waker
  say: (text: string) => void
  /** What to say when a lost connection is back. */
  again: string
}

/** The waits of commands that run until a signal: people watch them, so the first are not too short. */
export function liveBackoff(): Backoff {
  return new Backoff({ shortestMs: 500, longestMs: 30_000 })
}

/** An error that is worth another attempt; undefined for a bug. */
export function passing(error: unknown): SkillsError | undefined {
  const known = toSkillsError(undefined, error, { action: 'do this' })
  return known instanceof SkillsError && known.code !== 'BUG' ? known : undefined
}

/** A lasting connection that reports what happens to it. The first attempt must succeed. */
export class ReportedConnection {
  readonly #connection: LastingConnection
  readonly #options: ReportedConnectionOptions
  #isOver: () => boolean = () => false

  constructor(options: ReportedConnectionOptions) {
    const { open, waker, say } = options
    this.#options = options
    this.#connection = new LastingConnection({
      open,
      backoff: liveBackoff(),
      onLost: () => waker.wake(),
      onFailure: (error, waitMs) => {
        const known = passing(error)
        if (known === undefined || this.opened === 0) throw error
        say(`${known.message}; trying again in ${(waitMs / 1000).toFixed(1)} s`)
      },
      // what wakes the loop must not shorten the wait
      sleep: async (ms) => {
        for (let until = performance.now() + ms; !this.#isOver() && performance.now() < until;) await waker.sleep(until - performance.now())
      },
    })
  }

  /** How many connections there were: a caller that remembers the number sees that something may have been missed. */
  get opened(): number {
    return this.#connection.opened
  }

  async get(isOver: () => boolean): Promise<Db | undefined> {
    this.#isOver = isOver
    const isLost = this.opened > 0 && !this.#connection.isOpen
    if (isLost) this.#options.say('the connection to the database was lost; connecting again')
    const db = await this.#connection.get(isOver)
    if (isLost && db !== undefined) this.#options.say(this.#options.again)
    return db
  }

  /** Drops a connection that no longer answers. */
  async check(): Promise<void> {
    await this.#connection.check()
  }

  drop(): Promise<void> {
    return this.#connection.drop()
  }
}
