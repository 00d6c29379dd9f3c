/** How long to work before letting timers and signals have their turn. */
const TURN_MS = 50
/** The same while a server sends many rows: it goes on only when they are taken from the socket. */
const SHORT_TURN_MS = 5

/** Splits long synchronous work into turns: `pause` resolves at once in between. */
export interface Turns {
  /** Whether a turn is over. */
  readonly isOver: boolean
  /** The next turn is a short one where `isAwaited` says that the answer of a server is still to come. */
  pause(isAwaited: boolean): Promise<void>
}

/** Begins with a short turn. */
export function createTurns(): Turns {
  let ends = performance.now() + SHORT_TURN_MS
  return {
    get isOver() {
      return performance.now() >= ends
    },
    pause: async (isAwaited) => {
      await new Promise((resolve) => setImmediate(resolve))
      ends = performance.now() + (isAwaited ? SHORT_TURN_MS : TURN_MS)
    },
  }
}
