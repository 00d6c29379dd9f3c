import { withoutSecrets } from '../../../core/redaction.ts'
import type { Db } from '../../../db/db.ts'
import type { EventTail } from '../../../stats/tail.ts'
import { USAGE_CHANNEL } from '../../../telemetry/batch.ts'
import { createStyle } from '../../output/colors.ts'
import type { CommandResult, Context } from '../../run/context.ts'
import { keepLooking } from '../../live/keep-looking.ts'
import { clock } from '../sync/watch-view.ts'
import { databaseLine, databaseReport } from '../../output/database-view.ts'
import { errorView } from '../../output/error-view.ts'
import { createTailView } from './text/tail.ts'
import type { Waker } from '../../live/waker.ts'

export interface TailStatsOptions {
  open: () => Promise<Db>
  tail: EventTail
  /** A JSON object a line, and nothing else on stdout. */
  ndjson: boolean
  /** At the latest after so many ms it looks again, notified or not; a second unless given. */
  everyMs?: number
}

/** Not everybody who writes events notifies; so long may one stay unseen. A look that finds nothing new reads one row. */
const EVERY_MS = 1_000
/** Notifications come with every batch of every writer. */
const LEAST_MS = 100
/** What a person can read in a second. More come as one line; only a terminal is read by persons. */
const MOST_LINES = 20

/** Shows the latest events, then new ones as they are committed, until a signal comes. */
export async function tailStats(
  context: Context,
  { open, tail, ndjson, everyMs = EVERY_MS }: TailStatsOptions,
): Promise<CommandResult<never>> {
  const { io } = context
  const [out, err] = [await createStyle(io.outColors, io.unicode), await createStyle(io.errColors, io.unicode)]
  const view = createTailView(out)
  const say = (text: string): void => io.err(err.dim(`${clock()} ${text}`))
  const onTerminal = io.terminal !== undefined && !ndjson
  const width = (): number => io.terminal?.columns ?? Infinity
  let isFirst = true
  return keepLooking(context, {
    open,
    say,
    onSession: async (db, waker) => {
      if (isFirst && !ndjson)
        io.out(`${databaseLine(databaseReport(db.info), out)}\nnew events follow as they are committed; Ctrl-C ends it`)
      isFirst = false
      await listen(db, waker)
    },
    look: async (db) => {
      const { sums, hasGap } = await tail.look(
        db,
        (events) => {
          if (ndjson)
            io.document(
              withoutSecrets(events)
                .map((event) => JSON.stringify(event))
                .join('\n'),
            )
          else io.out(events.flatMap((event) => view.event(event, width())).join('\n'))
        },
        onTerminal ? MOST_LINES : Infinity,
      )
      if (hasGap) say('another server answers now: what was committed in between may be missing here')
      if (sums !== null) io.out(view.sums(sums, new Date().toISOString(), width()))
      return { least: sums === null ? LEAST_MS : EVERY_MS, most: everyMs }
    },
    onFailure: (error) => io.err(errorView(error, err).join('\n')),
  })
}

/** Behind a transaction pooler there is no session to listen on, and a standby does not hear. */
async function listen(db: Db, waker: Waker): Promise<void> {
  if (db.info.pooled || db.info.inRecovery) return
  db.onNotification(waker.wake)
  await db.exec(`LISTEN ${USAGE_CHANNEL}`)
}
