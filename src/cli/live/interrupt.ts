import { ERROR_EXITS, SkillsError } from '../../core/errors.ts'

const SIGNALS = { SIGINT: 'INTERRUPTED', SIGTERM: 'TERMINATED' } as const
const GRACE_MS = 5_000
const REPEAT_MS = 250

let received: keyof typeof SIGNALS | undefined

/** The error of a process that a signal has asked to end; `cause` is what the work failed with. */
export function interruption(cause?: unknown): SkillsError | undefined {
  if (received === undefined) return undefined
  return new SkillsError(SIGNALS[received], `stopped by ${received}: what was not finished was rolled back`, {
    hint: 'run the command again to go on',
    cause,
  })
}

/**
 * Calls `cancel` on the first SIGINT or SIGTERM, and again until the work has ended: between two statements there is
 * nothing to cancel, and the next one must not run to its end. The second signal ends the process at once.
 */
export function onInterrupt(cancel: () => Promise<void>): () => void {
  let repeating: NodeJS.Timeout | undefined
  let released = false
  const repeat = async (): Promise<void> => {
    await cancel()
    if (!released) repeating = setTimeout(() => void repeat(), REPEAT_MS).unref()
  }
  const handlers = (Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]).map((signal) => {
    const handler = (): void => {
      if (received !== undefined) process.exit(ERROR_EXITS[SIGNALS[signal]])
      received = signal
      setTimeout(() => process.exit(ERROR_EXITS[SIGNALS[signal]]), GRACE_MS).unref()
      void repeat()
    }
    process.on(signal, handler)
    return [signal, handler] as const
  })
  return () => {
    released = true
    clearTimeout(repeating)
    handlers.forEach(([signal, handler]) => process.off(signal, handler))
  }
}

/** What a command that runs until somebody stops it knows of the signals. */
export interface Stop {
  /** The error code of the signal that came; undefined until then. */
  readonly code: (typeof SIGNALS)[keyof typeof SIGNALS] | undefined
  /** The signal cut work short. */
  cut: boolean
  /** Calls back when a signal comes, until the function that it gives is called. */
  onStop(listener: () => void): () => void
  release(): void
}

/** For commands that a signal ends as they should end. The second signal ends the process at once. */
export function listenForStop(onSignal: () => void): Stop {
  const listeners = new Set([onSignal])
  let code: Stop['code']
  const handlers = (Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]).map((signal) => {
    const handler = (): void => {
      if (code !== undefined) process.exit(ERROR_EXITS[SIGNALS[signal]])
      code = SIGNALS[signal]
      setTimeout(() => process.exit(ERROR_EXITS[SIGNALS[signal]]), GRACE_MS).unref()
      for (const listener of listeners) listener()
    }
    process.on(signal, handler)
    return [signal, handler] as const
  })
  return {
    get code() {
      return code
    },
    cut: false,
    onStop: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    release: () => handlers.forEach(([signal, handler]) => process.off(signal, handler)),
  }
}
