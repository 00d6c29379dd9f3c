import { SkillsError } from '../../core/errors.ts'
import type { Db } from '../../db/db.ts'
import { toSkillsError } from '../../db/skills-error.ts'
import type { Waker } from './waker.ts'

/** A connection that is made again when it is lost: never in the middle of something, only by `get`. */
export interface LastingConnection {
  /** The session; a new one when the old one has ended. The first one must succeed, later ones are tried until `isOver`. */
  get(isOver: () => boolean): Promise<Db | undefined>
  /** How many sessions there were: who remembers the last number knows that something may have been missed. */
  readonly sessions: number
  /** Asks a quiet session whether it is still there. */
  check(): Promise<void>
  drop(): Promise<void>
}

export interface LastingConnectionOptions {
  open: () => Promise<Db>
  waker: Waker
  say: (text: string) => void
  /** What to say when a lost connection is back. */
  again: string
}

const ANSWER_MS = 10_000
const WAITS_MS: readonly number[] = [500, 1000, 2000, 5000, 10_000, 30_000]

/** How long to wait before the next attempt, after so many that failed. */
export function waitAfter(failures: number): number {
  return WAITS_MS[Math.min(failures, WAITS_MS.length) - 1] ?? 0
}

/** An error that is worth another attempt; undefined for a fault of ours. */
export function passing(error: unknown): SkillsError | undefined {
  const known = toSkillsError(undefined, error, { action: 'do this' })
  return known instanceof SkillsError && known.code !== 'BUG' ? known : undefined
}

/** Makes no connection yet. */
export function createLastingConnection({ open, waker, say, again }: LastingConnectionOptions): LastingConnection {
  let db: Db | undefined
  let sessions = 0
  const drop = async (): Promise<void> => {
    const ended = db
    db = undefined
    await ended?.close().catch(() => undefined)
  }
  const connect = async (): Promise<Db> => {
    const opened = await open()
    sessions++
    db = opened
    opened.onEnd(() => {
      if (db === opened) db = undefined
      waker.wake()
    })
    return opened
  }
  const connectAgain = async (isOver: () => boolean): Promise<Db | undefined> => {
    say('the connection to the database was lost; connecting again')
    for (let failures = 1; !isOver(); failures++) {
      try {
        const opened = await connect()
        say(again)
        return opened
      } catch (error) {
        const known = passing(error)
        if (known === undefined) throw error
        const wait = waitAfter(failures)
        say(`${known.message}; again in ${wait / 1000} s`)
        // what wakes the loop must not shorten the wait
        for (let until = performance.now() + wait; !isOver() && performance.now() < until;) await waker.sleep(until - performance.now())
      }
    }
    return undefined
  }
  return {
    get: async (isOver) => db ?? (sessions === 0 ? connect() : connectAgain(isOver)),
    get sessions() {
      return sessions
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
