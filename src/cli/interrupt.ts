import { EXIT } from '../core/errors.ts'

const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const
const GRACE_MS = 5_000

let received: keyof typeof SIGNALS | undefined

/** The signal that asked this process to end, with its exit code. */
export function interruption(): { signal: string; exit: (typeof SIGNALS)[keyof typeof SIGNALS] } | undefined {
  return received === undefined ? undefined : { signal: received, exit: SIGNALS[received] }
}

/** Calls `cancel` on the first SIGINT or SIGTERM, so that the work can end in order; the second one ends the process at once. */
export function onInterrupt(cancel: () => Promise<void>): () => void {
  const handlers = (Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]).map((signal) => {
    const handler = (): void => {
      if (received !== undefined) process.exit(SIGNALS[signal])
      received = signal
      setTimeout(() => process.exit(SIGNALS[signal]), GRACE_MS).unref()
      void cancel()
    }
    process.on(signal, handler)
    return [signal, handler] as const
  })
  return () => handlers.forEach(([signal, handler]) => process.off(signal, handler))
}
