import stringWidth from 'fast-string-width'
import { printable } from '../core/text.ts'
import type { Style } from './style.ts'

const CONTEXT = 2
const TAB = '  '
const WIDEST = 160

/**
 * The lines around a place in a text, with a caret under the column. `line` and `column` count from 1; columns are Unicode
 * code points. Lines are cut at 160 columns, and the caret is left out when it is further right.
 */
export function renderCodeFrame(text: string, line: number, column: number | undefined, style: Style): string[] {
  // a byte order mark does not count as a column
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  const first = Math.max(1, line - CONTEXT)
  const last = Math.min(lines.length, line + CONTEXT)
  const gutter = String(last).length
  const out: string[] = []
  for (let number = first; number <= last; number++) {
    const content = lines[number - 1] ?? ''
    const mark = number === line ? style.red('>') : ' '
    out.push(`${mark} ${style.dim(`${String(number).padStart(gutter)} |`)} ${shown(content).slice(0, WIDEST)}`.trimEnd())
    if (number === line && column !== undefined) {
      const before = shown([...content].slice(0, column - 1).join(''))
      if (stringWidth(before) < WIDEST)
        out.push(`  ${style.dim(`${' '.repeat(gutter)} |`)} ${' '.repeat(stringWidth(before))}${style.red('^')}`)
    }
  }
  return out
}

function shown(text: string): string {
  return printable(text.replaceAll('\t', TAB))
}
