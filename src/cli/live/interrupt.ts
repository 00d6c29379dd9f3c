import { ERROR_EXITS, SkillsError } from '../../core/errors.ts'
import type { Db } from '../../db/db.ts'

const SIGNALS = { SIGINT: 'INTERRUPTED', SIGTERM: 'TERMINATED' } as const
type Signal = keyof typeof SIGNALS
const NAMES = Object.keys(SIGNALS) as Signal[]

/** How long the process may take to end after a signal. */
const GRACE_MS = 2_000
/** How long the server may take to end the statement. */
const CANCEL_MS = 1_000
const REPEAT_MS = 250

let received: Signal | undefined
/** The command ends as it should when a signal comes, so the signal is not an error. */
let isExpected = false
const listeners = new Set<(signal: Signal) => void>()

/** The error of a process that a signal interrupts; `cause` is the error of the work. */
export function interruption(cause?: unknown): SkillsError | undefined {
  if (received === undefined || isExpected) return undefined
  return new SkillsError(SIGNALS[received], `stopped by ${received}: unfinished work was rolled back`, {
    hint: 'run the command again to continue',
    cause,
  })
}

/**
 * Cancels the running statement on the first SIGINT or SIGTERM, and repeats that until the function it returns is called:
 * between two statements there is nothing to cancel, and the next one must not run to its end. A connection whose server
 * does not end the statement is abandoned.
 */
export function onInterrupt(db: Pick<Db, 'cancel' | 'abandon'>): () => void {
  let repeating: NodeJS.Timeout | undefined
  let abandoning: NodeJS.Timeout | undefined
  let isReleased = false
  const repeat = async (): Promise<void> => {
    await db.cancel().catch(() => undefined)
    if (!isReleased) repeating = setTimeout(() => void repeat(), REPEAT_MS).unref()
  }
  const forget = onSignal((signal) => {
    abandoning = setTimeout(() => db.abandon(`the server did not end the statement after ${signal}`), CANCEL_MS).unref()
    void repeat()
  })
  return () => {
    isReleased = true
    clearTimeout(repeating)
    clearTimeout(abandoning)
    forget()
  }
}

/** For a command that runs until a signal ends it. */
export interface Stop {
  /** The error code of the signal; undefined until then. */
  readonly code: (typeof SIGNALS)[Signal] | undefined
  /** The signal canceled work that had not finished. */
  readonly isCut: boolean
  /** Runs work that the signal cancels on the server. */
  cancellable<T>(db: Db, work: () => Promise<T>): Promise<T>
  release(): void
}

/** Makes the signal the regular end of the command. */
export function listenForStop(listener: () => void): Stop {
  isExpected = true
  let code: Stop['code']
  const forget = onSignal((signal) => {
    code = SIGNALS[signal]
    listener()
  })
  let isCut = false
  return {
    get code() {
      return code
    },
    get isCut() {
      return isCut
    },
    cancellable: async (db, work) => {
      const release = onInterrupt(db)
      try {
        return await work()
      } catch (error) {
        isCut = code !== undefined
        throw error
      } finally {
        release()
      }
    },
    release: forget,
  }
}

/** The one handler: the first signal goes to the listeners, the second ends the process at once. */
function handle(signal: Signal): void {
  if (received !== undefined) process.exit(ERROR_EXITS[SIGNALS[signal]])
  received = signal
  setTimeout(() => process.exit(ERROR_EXITS[SIGNALS[signal]]), GRACE_MS).unref()
  for (const listener of listeners) listener(signal)
}

/** Without a listener a signal ends the process, as usual. */
function onSignal(listener: (signal: Signal) => void): () => void {
  if (listeners.size === 0) for (const name of NAMES) process.on(name, handle)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) for (const name of NAMES) process.off(name, handle)
  }
}
