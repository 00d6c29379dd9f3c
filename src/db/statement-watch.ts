import { SQLSTATE } from './sqlstates.ts'
import { DatabaseError } from './database-error.ts'
import { clockMs } from '../core/times.ts'

/** What another connection finds out about a backend; `unknown` when it cannot. */
export type BackendState = 'running' | 'idle' | 'gone' | 'unreachable' | 'unknown'

/** The connection that is watched. */
export interface WatchedConnection {
  /** When the last bytes of the server arrived, as `clockMs()`. */
  receivedAt: () => number
  /** Bytes that wait to be sent. */
  unsent: () => number
  /** Asks about the backend over a second connection, within a limited time. */
  ask: () => Promise<BackendState>
  cancel: () => Promise<void>
  /** Ends the connection: its statements fail as lost, with this reason. */
  end: (reason: string) => void
}

export interface WatchTimes {
  /** Silence of the server during a statement after which another connection asks. */
  quietMs: number
  /** Until it asks again, when the first answer was bad. */
  againMs: number
  /** How long the server may exceed the time limit of statements, and then a request to cancel. */
  graceMs: number
}

const TIMES: WatchTimes = { quietMs: 15_000, againMs: 5_000, graceMs: 5_000 }

/** Two bad answers in a row end a connection. */
const REASONS: Readonly<Partial<Record<BackendState, string>>> = {
  gone: 'the server no longer has it',
  idle: 'the server waits for a statement: that statement or its answer did not arrive',
  unreachable: 'the server does not answer, not even to a new connection',
}

/**
 * Watches the statements of one connection. A connection can be dead without a sign of it: while the server is silent, a
 * second connection asks whether it still has this one. And a server that does not keep the time limit of statements
 * must not keep the client waiting.
 */
export class StatementWatch {
  readonly #connection: WatchedConnection
  readonly #times: WatchTimes
  #limitMs: number | undefined
  #pending = 0
  #timer: NodeJS.Timeout | undefined
  /** When the statement that the server works on was sent, or the one before it was answered. */
  #since = 0
  #askAt = 0
  #isAsking = false
  #badAnswers = 0
  #isCanceled = false

  constructor(connection: WatchedConnection, times: Partial<WatchTimes> = {}) {
    this.#connection = connection
    this.#times = { ...TIMES, ...times }
  }

  /** The time limit that the server has for each statement, in milliseconds; undefined or 0 for none. */
  limit(ms: number | undefined): void {
    this.#limitMs = ms === 0 ? undefined : ms
  }

  /** A statement was sent. */
  sent(): void {
    if (this.#pending++ > 0) return
    this.#begin()
    const tickMs = Math.min(1_000, this.#times.quietMs / 4, this.#times.graceMs / 4)
    this.#timer = setInterval(() => this.#look(), tickMs).unref()
  }

  /** A statement was answered, or failed. */
  answered(): void {
    this.#begin()
    if (--this.#pending === 0) clearInterval(this.#timer)
  }

  /** The error of a statement that was canceled here is that of its time limit. */
  explain(error: unknown): unknown {
    if (!this.#isCanceled || !(error instanceof DatabaseError) || error.code !== SQLSTATE.queryCanceled) return error
    return new DatabaseError({ ...error, message: 'canceling statement due to statement timeout' })
  }

  #begin(): void {
    this.#since = clockMs()
    this.#askAt = this.#since + this.#times.quietMs
    this.#badAnswers = 0
    this.#isCanceled = false
  }

  #look(): void {
    const now = clockMs()
    this.#keepLimit(now - this.#since)
    const quietSince = Math.max(this.#since, this.#connection.receivedAt())
    if (now - quietSince >= this.#times.quietMs && now >= this.#askAt && !this.#isAsking) void this.#ask()
  }

  #keepLimit(tookMs: number): void {
    if (this.#limitMs === undefined) return
    const { graceMs } = this.#times
    const overMs = tookMs - this.#limitMs
    if (overMs >= graceMs && !this.#isCanceled) {
      this.#isCanceled = true
      void this.#connection.cancel()
    }
    if (overMs >= 2 * graceMs) {
      this.#connection.end('canceling statement due to statement timeout; the server kept neither the limit nor a request to cancel')
    }
  }

  async #ask(): Promise<void> {
    this.#isAsking = true
    const [began, since] = [clockMs(), this.#since]
    const state = await this.#connection.ask()
    this.#isAsking = false
    // an answer arrived meanwhile, or the statement has not left
    const isOver = this.#since !== since || this.#connection.receivedAt() > began || this.#connection.unsent() > 0
    const reason = isOver ? undefined : REASONS[state]
    this.#badAnswers = reason === undefined ? 0 : this.#badAnswers + 1
    if (reason !== undefined && this.#badAnswers > 1) this.#connection.end(reason)
    else this.#askAt = clockMs() + (reason === undefined ? this.#times.quietMs : this.#times.againMs)
  }
}
