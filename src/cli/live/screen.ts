import type { Terminal } from '../output/io.ts'

/** A terminal that shows one picture after the other in the same place. */
export interface Screen {
  /** Lines beyond the height are left out, and counted in the last one. */
  draw(lines: readonly string[]): void
  /** Gives the terminal back as it was. */
  close(): void
}

const ESC = '\u001b['
/** The other screen, without cursor, lines cut and not wrapped. */
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}?7l`
const LEAVE = `${ESC}?7h${ESC}?25h${ESC}?1049l`
/** Terminals that know it show a frame when it is whole; others ignore it. */
const [BEGIN, END] = [`${ESC}?2026h`, `${ESC}?2026l`]

/** Touches nothing before the first picture. */
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

/** One picture over the last one, in one write: nothing is cleared before something stands in its place. */
function frame(lines: readonly string[], rows: number): string {
  const shown =
    lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `and ${lines.length - rows + 1} more lines: --limit shows fewer rows`]
  return `${BEGIN}${ESC}H${shown.map((line) => `${ESC}2K${line}`).join('\r\n')}${ESC}J${END}`
}
