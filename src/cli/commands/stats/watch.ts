import { formatDuration } from '../../../core/durations.ts'
import type { Db } from '../../../db/db.ts'
import type { Style } from '../../../render/style.ts'
import { poll } from '../../live/poll.ts'
import { createScreen } from '../../live/screen.ts'
import { createStyle } from '../../output/colors.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import { clock } from '../../output/io.ts'

export interface WatchStatsOptions {
  open: () => Promise<Db>
  /** The view of an answer; its first line names the database. */
  ask: (db: Db) => Promise<(style: Style, width: number) => string[]>
  everyMs: number
}

/** Asks the same question again and again. On a terminal each answer replaces the last one; elsewhere it follows. */
export async function watchStats(context: Context, { open, ask, everyMs }: WatchStatsOptions): Promise<CommandResult<never>> {
  const { io } = context
  const style = await createStyle(io.outColors, io.unicode)
  const { terminal } = io
  const screen = terminal === undefined ? undefined : createScreen(terminal)
  let view: ((style: Style, width: number) => string[]) | undefined
  let [answered, problem] = ['', '']
  const lines = (width: number): string[] => {
    const [head = '', ...rest] = view?.(style, width) ?? []
    return [head, style.dim(answered), ...(problem === '' ? [] : [style.yellow(problem)]), ...rest]
  }
  const redraw = (): void => {
    if (screen !== undefined && terminal !== undefined && view !== undefined) screen.draw(lines(terminal.columns))
  }
  const report = (text: string): void => {
    problem = `${clock()} ${text}`
    if (screen === undefined || view === undefined) io.err(style.dim(problem))
    else redraw()
  }
  const release = terminal?.onResize(redraw)
  try {
    return await poll(context, {
      open,
      report,
      onFailure: ({ message }) => report(message),
      read: async (db) => {
        const began = performance.now()
        const isFirst = view === undefined
        view = await ask(db)
        const took = performance.now() - began
        answered = `${clock()} in ${formatDuration(took)}, every ${formatDuration(everyMs)}; press Ctrl-C to stop`
        problem = ''
        if (screen === undefined) io.out([...(isFirst ? [] : ['']), ...lines(io.width)].join('\n'))
        else redraw()
        const left = Math.max(100, everyMs - took)
        return { least: left, most: left }
      },
    })
  } finally {
    release?.()
    screen?.close()
    // the last answer stays on the terminal
    if (screen !== undefined && view !== undefined) io.out(lines(io.width).join('\n'))
  }
}
