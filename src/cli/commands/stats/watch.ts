import { formatDuration } from '../../../core/durations.ts'
import type { Db } from '../../../db/db.ts'
import type { Style } from '../../../render/style.ts'
import { createStyle } from '../../output/colors.ts'
import type { CommandResult, Context } from '../../run/context.ts'
import { keepLooking } from '../../live/keep-looking.ts'
import { createScreen } from '../../live/screen.ts'
import { clock } from '../sync/watch-view.ts'

export interface WatchStatsOptions {
  open: () => Promise<Db>
  /** An answer, ready to be shown; its first line names the database. */
  ask: (db: Db) => Promise<(style: Style, width: number) => string[]>
  everyMs: number
}

/** Asks the same question again and again: on a terminal each answer takes the place of the one before, elsewhere it follows. */
export async function watchStats(context: Context, { open, ask, everyMs }: WatchStatsOptions): Promise<CommandResult<never>> {
  const { io } = context
  const style = await createStyle(io.outColors, io.unicode)
  const { terminal } = io
  const screen = terminal === undefined ? undefined : createScreen(terminal)
  let view: ((style: Style, width: number) => string[]) | undefined
  let [answered, trouble] = ['', '']
  const lines = (width: number): string[] => {
    const [head = '', ...rest] = view?.(style, width) ?? []
    return [head, style.dim(answered), ...(trouble === '' ? [] : [style.yellow(trouble)]), ...rest]
  }
  const redraw = (): void => {
    if (screen !== undefined && terminal !== undefined && view !== undefined) screen.draw(lines(terminal.columns))
  }
  const complain = (text: string): void => {
    trouble = `${clock()} ${text}`
    if (screen === undefined || view === undefined) io.err(style.dim(trouble))
    else redraw()
  }
  const release = terminal?.onResize(redraw)
  try {
    return await keepLooking(context, {
      open,
      say: complain,
      onFailure: ({ message }) => complain(message),
      look: async (db) => {
        const began = performance.now()
        const isFirst = view === undefined
        view = await ask(db)
        const took = performance.now() - began
        answered = `${clock()} in ${formatDuration(took)}, every ${formatDuration(everyMs)}; Ctrl-C ends it`
        trouble = ''
        if (screen === undefined) io.out([...(isFirst ? [] : ['']), ...lines(io.width)].join('\n'))
        else redraw()
        const left = Math.max(100, everyMs - took)
        return { least: left, most: left }
      },
    })
  } finally {
    release?.()
    screen?.close()
    // what was last seen stays, as on any other question
    if (screen !== undefined && view !== undefined) io.out(lines(io.width).join('\n'))
  }
}
