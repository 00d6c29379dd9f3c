import { SkillsError } from '../../../core/errors.ts'
import { plural } from '../../../core/text.ts'
import type { Db } from '../../../db/db.ts'
import type { SyncReport } from '../../../registry/table/sync-report.ts'
import { watchFolders } from '../../../registry/watch-folders.ts'
import { cancellable } from '../../live/cancellable.ts'
import { createStyle } from '../../output/colors.ts'
import type { CommandResult, Context } from '../../run/context.ts'
import { listenForStop } from '../../live/interrupt.ts'
import { liveBackoff, passing, ReportedConnection } from '../../live/reported-connection.ts'
import { clock, createSyncTeller } from './watch-view.ts'
import { errorView } from '../../output/error-view.ts'
import type { Waker } from '../../live/waker.ts'
import { createWaker } from '../../live/waker.ts'

export interface WatchSyncOptions {
  /** Absolute folders, or patterns for them. */
  roots: readonly string[]
  open: () => Promise<Db>
  sync: (db: Db) => Promise<SyncReport>
}

/** An editor writes in several steps, a checkout many files: wait until it has been quiet for so long, but not for ever. */
const QUIET_MS = 40
const LONGEST_MS = 160
/** How often to ask a quiet connection whether it is still there. */
const HEARTBEAT_MS = 30_000

/**
 * Syncs, and again whenever a file changes, until Ctrl-C, which ends it with exit code 0 unless a sync was under way. A
 * lost connection is made again, with longer and longer waits, and then everything is synced: what changed meanwhile is not
 * missed. What fails in the first sync ends the command, later failures are told and tried again.
 */
export async function watchSync({ io, progress }: Context, { roots, open, sync }: WatchSyncOptions): Promise<CommandResult<never>> {
  // it tells by lines, and would be drawn over by a spinner
  progress.stop()
  const styles = { out: await createStyle(io.outColors, io.unicode), err: await createStyle(io.errColors, io.unicode) }
  const say = (text: string): void => io.err(styles.err.dim(`${clock()} ${text}`))
  const tell = createSyncTeller(io, styles)
  const waker = createWaker()
  const stop = listenForStop(waker.wake)
  const changes = createChanges(waker)
  const watch = watchFolders({ roots, onChange: changes.note, onPolling: (reason) => say(`${reason}: looking every two seconds`) })
  const connection = new ReportedConnection({ open, waker, say, again: 'connected again; syncing everything' })
  const backoff = liveBackoff()
  let [syncs, session] = [0, 0]
  try {
    for (;;) {
      const db = await connection.get(() => stop.code !== undefined)
      if (db === undefined || stop.code !== undefined) break
      if (session !== connection.opened) changes.note()
      session = connection.opened
      if (!changes.isDue) {
        await waker.sleep(HEARTBEAT_MS)
        if (stop.code === undefined && !changes.isDue) await connection.check()
        continue
      }
      await changes.settle(() => stop.code !== undefined)
      try {
        watch.refresh()
        tell(db, await cancellable(db, stop, () => sync(db)))
        backoff.succeeded()
        syncs++
      } catch (error) {
        const known = passing(error)
        if (known === undefined || syncs === 0) throw error
        if (stop.code !== undefined) break
        changes.note()
        if (known.code === 'CONNECTION_LOST') await connection.drop()
        else {
          io.err(errorView(known, styles.err).join('\n'))
          await waker.sleep(backoff.failed())
        }
      }
    }
  } finally {
    watch.close()
    stop.release()
    await connection.drop()
  }
  if (stop.code !== undefined && stop.cut) {
    return {
      report: null,
      error: new SkillsError(stop.code, 'stopped in the middle of a sync: it was rolled back', { hint: 'run it again to go on' }),
    }
  }
  return { report: null, view: () => [`stopped after ${plural(syncs, 'sync')}`] }
}

interface Changes {
  /** Something may have changed. */
  note: () => void
  readonly isDue: boolean
  /** Waits until nothing more comes in, and begins anew. */
  settle: (isOver: () => boolean) => Promise<void>
}

function createChanges(waker: Waker): Changes {
  let firstAt: number | undefined
  let lastAt = 0
  return {
    note: () => {
      lastAt = performance.now()
      firstAt ??= lastAt
      waker.wake()
    },
    get isDue() {
      return firstAt !== undefined
    },
    settle: async (isOver) => {
      const deadline = (firstAt ?? 0) + LONGEST_MS
      for (;;) {
        const left = Math.min(lastAt + QUIET_MS, deadline) - performance.now()
        if (left <= 0 || isOver()) break
        await waker.sleep(left)
      }
      firstAt = undefined
    },
  }
}
