/** How long to work before letting timers and signals have their turn. */
const TURN_MS = 50

/** Splits long synchronous work into turns of 50 ms: `pause` resolves at once in between. */
export interface Turns {
  /** Whether a turn is over. */
  readonly isOver: boolean
  pause(): Promise<void>
}

export function createTurns(): Turns {
  let ends = performance.now() + TURN_MS
  return {
    get isOver() {
      return performance.now() >= ends
    },
    pause: async () => {
      await new Promise((resolve) => setImmediate(resolve))
      ends = performance.now() + TURN_MS
    },
  }
}
