import { ERROR_EXITS, EXIT } from '../../core/errors.ts'
import type { SkillsError } from '../../core/errors.ts'
import type { Db } from '../../db/db.ts'
import { cancellable } from './cancellable.ts'
import type { CommandResult, Context } from '../run/context.ts'
import { listenForStop } from './interrupt.ts'
import { liveBackoff, passing, ReportedConnection } from './reported-connection.ts'
import type { Waker } from './waker.ts'
import { createWaker } from './waker.ts'

export interface LookingOptions {
  open: () => Promise<Db>
  /** Told of the connection: that it was lost, that it is back. */
  say: (text: string) => void
  /** Once for each session, before its first look. */
  onSession?: (db: Db, waker: Waker) => Promise<void>
  look: (db: Db) => Promise<Rest>
  /** A look after the first has failed; it will be tried again. */
  onFailure: (error: SkillsError) => void
}

/** When the next look is due, in ms from now. */
export interface Rest {
  /** Not before, whatever happens. */
  least: number
  /** At the latest. */
  most: number
}

/**
 * Looks at a database again and again, over lost connections, until a signal comes or nobody reads any more. What fails in
 * the first look ends the command. A reader has no end of its own: a signal gives its exit code, as in `tail -f`.
 */
export async function keepLooking(
  { io, progress }: Context,
  { open, say, onSession, look, onFailure }: LookingOptions,
): Promise<CommandResult<never>> {
  // what is looked at is shown by others, and a spinner would be drawn over it
  progress.stop()
  const waker = createWaker()
  const stop = listenForStop(waker.wake)
  const isOver = (): boolean => stop.code !== undefined || io.outIsClosed
  const connection = new ReportedConnection({ open, waker, say, again: 'connected again' })
  const backoff = liveBackoff()
  let [looks, session] = [0, 0]
  try {
    for (;;) {
      await connection.check()
      const db = await connection.get(isOver)
      if (db === undefined || isOver()) break
      let rest: Rest
      try {
        if (session !== connection.opened) await onSession?.(db, waker)
        session = connection.opened
        rest = await cancellable(db, stop, () => look(db))
        looks++
        backoff.succeeded()
      } catch (error) {
        if (isOver()) break
        const known = passing(error)
        if (known === undefined || looks === 0) throw error
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

async function pause({ least, most }: Rest, waker: Waker, isOver: () => boolean): Promise<void> {
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
