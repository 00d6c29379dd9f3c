import { listenForEvents } from '../../../api/event-tail.ts'
import { jsonText } from '../../../core/json.ts'
import { withoutSecrets } from '../../../core/redaction.ts'
import type { Db } from '../../../db/db.ts'
import type { EventTail } from '../../../stats/tail.ts'
import { poll } from '../../live/poll.ts'
import { createStyle } from '../../output/colors.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import { databaseLine, databaseReport } from '../../output/database-view.ts'
import { errorView } from '../../output/error-view.ts'
import { clock } from '../../output/io.ts'
import { createTailView } from './text/tail.ts'

export interface TailStatsOptions {
  open: () => Promise<Db>
  tail: EventTail
  /** One JSON object per line, and nothing else on stdout. */
  ndjson: boolean
  /** The longest time between two reads, in milliseconds. Default: 1,000. */
  everyMs?: number
}

/** Not every writer announces its events: this is how long one can stay unseen. A read without new events reads one row. */
const EVERY_MS = 1_000
/** Notifications arrive with every batch of every writer. */
const LEAST_MS = 100
/** How many lines a person can read in a second. More become one line, on a terminal only. */
const MOST_LINES = 20

/** Prints the latest events, then new ones as they are committed, until a signal comes. */
export async function tailStats(
  context: Context,
  { open, tail, ndjson, everyMs = EVERY_MS }: TailStatsOptions,
): Promise<CommandResult<never>> {
  const { io } = context
  const [out, err] = [await createStyle(io.outColors, io.unicode), await createStyle(io.errColors, io.unicode)]
  const view = createTailView(out)
  const report = (text: string): void => io.err(err.dim(`${clock()} ${text}`))
  const onTerminal = io.terminal !== undefined && !ndjson
  const width = (): number => io.terminal?.columns ?? Infinity
  let isFirst = true
  return poll(context, {
    open,
    report,
    onConnection: async (db, waker) => {
      if (isFirst && !ndjson)
        io.out(`${databaseLine(databaseReport(db.info), out)}\nnew events appear as they are committed; press Ctrl-C to stop`)
      isFirst = false
      await listenForEvents(db, waker.wake)
    },
    read: async (db) => {
      const { sums, hasGap } = await tail.read(
        db,
        (events) => {
          if (ndjson)
            io.document(
              withoutSecrets(events)
                .map((event) => jsonText(event))
                .join('\n'),
            )
          else io.out(events.flatMap((event) => view.event(event, width())).join('\n'))
        },
        onTerminal ? MOST_LINES : Infinity,
      )
      if (hasGap) report('connected to another server: events committed in between may be missing')
      if (sums !== null) io.out(view.sums(sums, new Date().toISOString(), width()))
      return { least: sums === null ? LEAST_MS : EVERY_MS, most: everyMs }
    },
    onFailure: (error) => io.err(errorView(error, err).join('\n')),
  })
}
