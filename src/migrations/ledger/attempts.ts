import type { SkillsError } from '../../core/errors.ts'

/** What prevents an attempt until another connection is done. */
export class Blocked {
  /** The error when no time is left. */
  readonly timedOut: () => Promise<SkillsError>

  constructor(timedOut: () => Promise<SkillsError>) {
    this.timedOut = timedOut
  }
}

/** The time of one attempt, in milliseconds since the first one began and until the last one. */
export interface Turn {
  waitedMs: number
  remainingMs: number
}

/**
 * Every wait for other connections: repeats the attempt, with a pause between, until it is not blocked. Throws what `timedOut`
 * returns when it is blocked after `waitMs`.
 */
export async function untilUnblocked<T>(waitMs: number, attempt: (turn: Turn) => Promise<T | Blocked>): Promise<T> {
  const began = Date.now()
  for (;;) {
    const waitedMs = Date.now() - began
    const result = await attempt({ waitedMs, remainingMs: Math.max(0, waitMs - waitedMs) })
    if (!(result instanceof Blocked)) return result
    if (Date.now() - began >= waitMs) throw await result.timedOut()
    await pause()
  }
}

/** Waits 100 to 300 ms: the jitter keeps waiting runs from retrying at the same time. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 200))
}
