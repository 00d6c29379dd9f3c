/** An object with work to finish before the process ends. */
export interface Ending {
  hasWork(): boolean
  /** Finishes the work within a few seconds; never rejects. */
  finish(): Promise<void>
  /** Called on exit: only synchronous work is possible. Never throws. */
  abandon(): void
}

/** SIGHUP: the terminal was closed. SIGQUIT: Ctrl-\, and the stop signal of some process managers. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']

/**
 * One for all copies of this library in the process: each would take the listener of the other for one of the application, which
 * decides how the process ends, and none would end it. A copy can be of another version, so this shape does not change.
 */
interface Shared {
  members: Set<Ending>
  /** Removes the listeners of the copy that has added them. */
  detach: (() => void) | undefined
}

const KEY = Symbol.for('skills-registry: end of the process, 1')
const shared = ((globalThis as { [KEY]?: Shared })[KEY] ??= { members: new Set(), detach: undefined })

let finishing = false

/**
 * Calls `finish` on a signal that ends the process and when the process has nothing more to do, and `abandon` when it exits. The
 * application's own signal handlers run as before, and they decide whether the process ends; without a handler the signal
 * ends the process, after `finish`. Returns a function that stops watching.
 */
export function watchProcessEnd(member: Ending): () => void {
  shared.members.add(member)
  if (shared.detach === undefined) attach()
  return () => {
    if (shared.members.delete(member) && shared.members.size === 0) shared.detach?.()
  }
}

function attach(): void {
  // as the first listener: a `once` handler of the application would be removed before we count
  for (const signal of SIGNALS) process.prependListener(signal, onSignal)
  process.on('beforeExit', onBeforeExit)
  process.on('exit', onExit)
  shared.detach = detach
}

function detach(): void {
  shared.detach = undefined
  for (const signal of SIGNALS) process.off(signal, onSignal)
  process.off('beforeExit', onBeforeExit)
  process.off('exit', onExit)
}

function onSignal(signal: NodeJS.Signals): void {
  const isOurs = othersFor(signal) <= 0
  // the second signal ends the process at once
  if (finishing && isOurs) return endBy(signal)
  void finishAll().then(() => {
    if (isOurs) endBy(signal)
  })
}

function onBeforeExit(): void {
  if ([...shared.members].some((member) => member.hasWork())) void finishAll()
}

function onExit(): void {
  for (const member of shared.members) member.abandon()
}

async function finishAll(): Promise<void> {
  finishing = true
  const hold = setInterval(() => undefined, 2 ** 30)
  try {
    await Promise.all([...shared.members].map((member) => member.finish()))
  } finally {
    clearInterval(hold)
    finishing = false
  }
}

/** Sends the signal again, without our listener: it has its default effect. */
function endBy(signal: NodeJS.Signals): void {
  onExit()
  process.off(signal, onSignal)
  process.kill(process.pid, signal)
}

/**
 * How many other listeners decide about the signal. The package signal-exit, which many command line tools load, does
 * nothing when it sees a listener that is not its own, as we do: each would wait for the other. It publishes the count of
 * its listeners for this purpose, under these two names (versions 3 and 4).
 */
function othersFor(signal: NodeJS.Signals): number {
  // eslint-disable-next-line no-underscore-dangle
  const older = (process as { __signal_exit_emitter__?: { count?: unknown } }).__signal_exit_emitter__
  const newer = (globalThis as { [key: symbol]: { count?: unknown } | undefined })[Symbol.for('signal-exit emitter')]
  const deferring = [older, newer].map((emitter) => (typeof emitter?.count === 'number' ? emitter.count : 0))
  return process.listenerCount(signal) - 1 - deferring.reduce((sum, count) => sum + count, 0)
}
