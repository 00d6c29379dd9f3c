import type { Terminal } from '../output/io.ts'

/** A terminal that shows frames in the same place. */
export interface Screen {
  /** Lines that do not fit are left out; the last line says how many. */
  draw(lines: readonly string[]): void
  /** Restores the terminal. */
  close(): void
}

const ESC = '\u001b['
/** The alternate screen, without cursor, lines cut and not wrapped. */
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}?7l`
const LEAVE = `${ESC}?7h${ESC}?25h${ESC}?1049l`
/** Synchronized output: the terminal shows a frame when it is complete. Others ignore it. */
const [BEGIN, END] = [`${ESC}?2026h`, `${ESC}?2026l`]

/** Does nothing before the first frame. */
export function createScreen(terminal: Terminal): Screen {
  let isOpen = false
  const close = (): void => {
    if (!isOpen) return
    isOpen = false
    process.off('exit', close)
    terminal.write(LEAVE)
  }
  return {
    draw: (lines) => {
      if (!isOpen) process.on('exit', close)
      const enter = isOpen ? '' : ENTER
      isOpen = true
      terminal.write(`${enter}${frame(lines, terminal.rows)}`)
    },
    close,
  }
}

/** One frame over the last one, in one write, to avoid flicker. */
function frame(lines: readonly string[], rows: number): string {
  const shown =
    lines.length <= rows
      ? lines
      : [...lines.slice(0, rows - 1), `and ${lines.length - rows + 1} more lines: use --limit to show fewer rows`]
  return `${BEGIN}${ESC}H${shown.map((line) => `${ESC}2K${line}`).join('\r\n')}${ESC}J${END}`
}
