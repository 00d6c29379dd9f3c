import { watchSkills, isOutOfDate } from '../../../api/sync.ts'
import { SkillsError } from '../../../core/errors.ts'
import { plural } from '../../../core/text.ts'
import type { Db } from '../../../db/db.ts'
import type { SyncReport } from '../../../registry/table/sync-report.ts'
import type { Style } from '../../../render/style.ts'
import { listenForStop } from '../../live/interrupt.ts'
import { createReconnecting, liveBackoff, retryable } from '../../live/reconnecting.ts'
import { createWaker, type Waker } from '../../live/waker.ts'
import { createStyle } from '../../output/colors.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import { databaseLine, databaseReport } from '../../output/database-view.ts'
import { errorView, diagnosticView } from '../../output/error-view.ts'
import { clock, type Io } from '../../output/io.ts'
import { syncView } from './view.ts'

export interface WatchSyncOptions {
  /** Folders of skills, or patterns for them. */
  skills: readonly string[]
  open: () => Promise<Db>
  sync: (db: Db) => Promise<SyncReport>
}

/** An editor writes in several steps, a checkout many files: wait for a pause between changes, up to a limit. */
const QUIET_MS = 40
const LONGEST_MS = 160
/** How often to check an idle connection. */
const HEARTBEAT_MS = 30_000

/**
 * Syncs, and syncs again when a file changes, until Ctrl-C. The exit code is 0, unless the signal interrupts a sync. After a
 * lost connection it connects again, with longer and longer waits, and syncs everything, so no change is missed. A failure
 * of the first sync ends the command; later failures are printed, and the sync is repeated.
 */
export async function watchSync({ io, progress, cwd }: Context, { skills, open, sync }: WatchSyncOptions): Promise<CommandResult<never>> {
  // a spinner would be drawn over the lines
  progress.stop()
  const styles = { out: await createStyle(io.outColors, io.unicode), err: await createStyle(io.errColors, io.unicode) }
  const report = (text: string): void => io.err(styles.err.dim(`${clock()} ${text}`))
  const print = createSyncPrinter(io, styles)
  const waker = createWaker()
  const changes = createChanges(waker)
  const onPolling = (reason: string): void => report(`${reason}: checking every two seconds`)
  const watch = await watchSkills({ skills, cwd, onChange: changes.note, onPolling })
  const stop = listenForStop(waker.wake)
  const connection = createReconnecting({ open, waker, report, reconnected: 'connected again; syncing everything' })
  const backoff = liveBackoff()
  let [syncs, lastConnection] = [0, 0]
  try {
    for (;;) {
      const db = await connection.get(() => stop.code !== undefined)
      if (db === undefined || stop.code !== undefined) break
      if (lastConnection !== connection.count) changes.note()
      lastConnection = connection.count
      if (!changes.isDue) {
        await waker.sleep(HEARTBEAT_MS)
        if (stop.code === undefined && !changes.isDue) await connection.check()
        continue
      }
      await changes.settle(() => stop.code !== undefined)
      try {
        watch.refresh()
        print(db, await stop.cancellable(db, () => sync(db)))
        backoff.succeeded()
        syncs++
      } catch (error) {
        const known = retryable(error)
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
  if (stop.code !== undefined && stop.isCut) {
    return {
      report: null,
      error: new SkillsError(stop.code, 'stopped during a sync: the sync was rolled back', { hint: 'run the command again to continue' }),
    }
  }
  return { report: null, view: () => [`stopped after ${plural(syncs, 'sync')}`] }
}

interface Changes {
  /** Something may have changed. */
  note: () => void
  readonly isDue: boolean
  /** Waits until the changes pause, and resets. */
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

/** The styles of the two streams. */
interface Styles {
  out: Style
  err: Style
}

/** Prints the syncs of a watch: the first, later ones with changes, and diagnostics when they differ from the last ones. */
function createSyncPrinter(io: Io, { out, err }: Styles): (db: Db, report: SyncReport) => void {
  let isFirst = true
  let before = ''
  return (db, report) => {
    const database = databaseReport(db.info)
    const diagnostics = report.diagnostics.flatMap((one) => diagnosticView(one, undefined, err)).join('\n')
    if (isFirst) io.out(`${databaseLine(database, out)}\nwatching ${report.roots.join(', ')}; press Ctrl-C to stop`)
    if (isFirst || isOutOfDate(report) || diagnostics !== before) io.out(`${out.dim(clock())} ${linesOf(report, database, out).join('\n')}`)
    if (diagnostics !== before && diagnostics !== '') io.err(diagnostics)
    isFirst = false
    before = diagnostics
  }
}

/** The lines of `skills sync`, with the summary first and without the database. */
function linesOf(report: SyncReport, database: ReturnType<typeof databaseReport>, style: Style): string[] {
  const lines = syncView({ ...report, operatorOverrides: [], database }, style)
  const summary = lines.at(-1) ?? ''
  return lines.length === 1 ? [summary.slice(databaseLine(database, style).length + 2)] : [summary, ...lines.slice(1, -1)]
}
