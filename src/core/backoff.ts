export interface BackoffOptions {
  /** Wait after the first failure, at most; it doubles with each failure. 100 ms unless given. */
  shortestMs?: number
  /** The wait never exceeds this. 10 s unless given. */
  longestMs?: number
  /** Milliseconds of a clock that never steps; for tests. */
  now?: () => number
  /** 0 to 1; for tests. */
  random?: () => number
}

/**
 * When to try again after a failure: the wait doubles with each failure, and is shortened at random by up to a half, so that
 * clients that failed together do not all come back together.
 */
export class Backoff {
  readonly #options: Required<BackoffOptions>
  #failures = 0
  #notBefore = 0

  constructor(options: BackoffOptions = {}) {
    this.#options = { shortestMs: 100, longestMs: 10_000, now: () => performance.now(), random: Math.random, ...options }
  }

  /** Milliseconds until the next attempt is due; 0 when it is due now. */
  get waitMs(): number {
    return Math.max(0, this.#notBefore - this.#options.now())
  }

  /** Records a failure. Returns the wait before the next attempt, in milliseconds. */
  failed(): number {
    const { shortestMs, longestMs, now, random } = this.#options
    const most = Math.min(longestMs, shortestMs * 2 ** Math.min(this.#failures++, 20))
    const wait = Math.round(most * (0.5 + random() / 2))
    this.#notBefore = now() + wait
    return wait
  }

  /** Records a success: the next wait is a short one again. */
  succeeded(): void {
    this.#failures = 0
    this.#notBefore = 0
  }

  /** Makes the next attempt due now, and keeps the count of failures. */
  skipWait(): void {
    this.#notBefore = 0
  }
}
