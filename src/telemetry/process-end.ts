/** Something that has work to bring to an end before the process ends. */
export interface Ending {
  hasWork(): boolean
  /** Does what it can in a few seconds; never rejects. */
  finish(): Promise<void>
  /** The very last moment: nothing asynchronous can happen any more. Never throws. */
  abandon(): void
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT']

const members = new Set<Ending>()
let finishing = false

/**
 * Has `finish` called when the process is asked to end (SIGTERM, SIGINT) and when it has nothing more to do, and `abandon` when
 * it exits. The application's own handlers run as ever, and what they decide holds; without any, the signal ends the process
 * as it would have, after `finish`. Returns how to stop.
 */
export function watchProcessEnd(member: Ending): () => void {
  if (members.size === 0) attach()
  members.add(member)
  return () => {
    if (members.delete(member) && members.size === 0) detach()
  }
}

function attach(): void {
  // first in the line: a handler of the application that runs once would be gone when we count
  for (const signal of SIGNALS) process.prependListener(signal, onSignal)
  process.on('beforeExit', onBeforeExit)
  process.on('exit', onExit)
}

function detach(): void {
  for (const signal of SIGNALS) process.off(signal, onSignal)
  process.off('beforeExit', onBeforeExit)
  process.off('exit', onExit)
}

function onSignal(signal: NodeJS.Signals): void {
  const isOurs = othersFor(signal) <= 0
  // the second signal means now
  if (finishing && isOurs) return endBy(signal)
  void finishAll().then(() => {
    if (isOurs) endBy(signal)
  })
}

function onBeforeExit(): void {
  if ([...members].some((member) => member.hasWork())) void finishAll()
}

function onExit(): void {
  for (const member of members) member.abandon()
}

async function finishAll(): Promise<void> {
  finishing = true
  const hold = setInterval(() => undefined, 2 ** 30)
  try {
    await Promise.all([...members].map((member) => member.finish()))
  } finally {
    clearInterval(hold)
    finishing = false
  }
}

/** The signal does what it does where nobody listens. */
function endBy(signal: NodeJS.Signals): void {
  onExit()
  process.off(signal, onSignal)
  process.kill(process.pid, signal)
}

/**
 * Listeners that mean something. The package signal-exit, which many command line tools load, steps back when it sees a
 * listener that is not its own, as we do: without looking through it, each would wait for the other. It publishes its count
 * for this purpose, under these two names (versions 3 and 4).
 */
function othersFor(signal: NodeJS.Signals): number {
  // eslint-disable-next-line no-underscore-dangle
  const older = (process as { __signal_exit_emitter__?: { count?: unknown } }).__signal_exit_emitter__
  const newer = (globalThis as { [key: symbol]: { count?: unknown } | undefined })[Symbol.for('signal-exit emitter')]
  const polite = [older, newer].map((emitter) => (typeof emitter?.count === 'number' ? emitter.count : 0))
  return process.listenerCount(signal) - 1 - polite.reduce((sum, count) => sum + count, 0)
}
