import { ERROR_EXITS, EXIT, type ExitCode, type SkillsError } from '../../core/errors.ts'
import type { Db } from '../../db/db.ts'
import type { Context } from '../output/context.ts'
import { listenForStop } from './interrupt.ts'
import { createReconnecting, liveBackoff, retryable } from './reconnecting.ts'
import { createWaker, type Waker } from './waker.ts'

export interface PollOptions {
  open: () => Promise<Db>
  /** Reports that the connection was lost, and that it is back. */
  report: (text: string) => void
  /** Called once for each connection, before its first `read`. */
  onConnection?: (db: Db, waker: Waker) => Promise<void>
  read: (db: Db) => Promise<Pause>
  /** A later `read` failed. It is repeated. */
  onFailure: (error: SkillsError) => void
}

/** When the next `read` is due, in milliseconds from now. */
export interface Pause {
  /** Not before, whatever happens. */
  least: number
  /** At the latest. */
  most: number
}

/**
 * Reads from a database again and again, across lost connections, until a signal comes or the reader of stdout is gone. A
 * failure of the first read ends the command. As with `tail -f`, a signal is the only end and gives its exit code.
 */
export async function poll(
  { io, progress }: Context,
  { open, report, onConnection, read, onFailure }: PollOptions,
): Promise<{ report: null; exit: ExitCode }> {
  // a spinner would be drawn over the output
  progress.stop()
  const waker = createWaker()
  const stop = listenForStop(waker.wake)
  const isOver = (): boolean => stop.code !== undefined || io.outIsClosed
  const connection = createReconnecting({ open, waker, report, reconnected: 'connected again' })
  const backoff = liveBackoff()
  let [reads, lastConnection] = [0, 0]
  try {
    for (;;) {
      await connection.check()
      const db = await connection.get(isOver)
      if (db === undefined || isOver()) break
      let rest: Pause
      try {
        if (lastConnection !== connection.count) await onConnection?.(db, waker)
        lastConnection = connection.count
        rest = await stop.cancellable(db, () => read(db))
        reads++
        backoff.succeeded()
      } catch (error) {
        if (isOver()) break
        const known = retryable(error)
        if (known === undefined || reads === 0) throw error
        if (known.code === 'CONNECTION_LOST') {
          await connection.drop()
          continue
        }
        onFailure(known)
        const wait = backoff.failed()
        rest = { least: wait, most: wait }
      }
      await pause(rest, waker, isOver)
    }
  } finally {
    stop.release()
    await connection.drop()
  }
  return { report: null, exit: stop.code === undefined ? EXIT.ok : ERROR_EXITS[stop.code] }
}

async function pause({ least, most }: Pause, waker: Waker, isOver: () => boolean): Promise<void> {
  const began = performance.now()
  let isWoken = false
  const sleep = async (until: number): Promise<void> => {
    const left = began + until - performance.now()
    if (left <= 0) return
    if (await waker.sleep(left)) isWoken = true
  }
  while (!isOver() && performance.now() < began + least) await sleep(least)
  if (!isOver() && !isWoken) await sleep(most)
}
