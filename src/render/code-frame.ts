import stringWidth from 'fast-string-width'
import { LineIndex } from '../core/positions.ts'
import { hiddenSpans, HIDDEN } from '../core/redaction.ts'
import type { Span } from '../core/secret-spans.ts'
import { printable } from '../core/text.ts'
import type { Style } from './style.ts'

const CONTEXT = 2
const TAB = '  '
const WIDEST = 160
/** More characters of a line are not read: they would be beyond the widest column. */
const LONGEST = 1000

/** A text with diagnostics. Its lines and its secrets are found once, for any number of places. */
export class SourceText {
  readonly #text: string
  readonly #lines: LineIndex
  readonly #secrets: readonly Span[]

  constructor(text: string) {
    this.#text = text
    this.#lines = new LineIndex(text)
    this.#secrets = hiddenSpans(text)
  }

  /**
   * The lines around a place, with a caret under the column. `line` and `column` count from 1; columns are Unicode code points.
   * Secrets are hidden. Lines are cut at 160 columns, and the caret is left out when it is further right.
   */
  frame(line: number, column: number | undefined, style: Style): string[] {
    const first = Math.max(1, line - CONTEXT)
    const last = Math.min(this.#lines.lineCount, line + CONTEXT)
    const gutter = String(last).length
    const out: string[] = []
    for (let number = first; number <= last; number++) {
      const start = this.#lines.offsetAt({ line: number, column: 1 })
      const length = Math.min(this.#lines.lineText(number).length, LONGEST)
      const mark = number === line ? style.red('>') : ' '
      const content = this.#shown(start, start + length).slice(0, WIDEST)
      out.push(`${mark} ${style.dim(`${String(number).padStart(gutter)} |`)} ${content}`.trimEnd())
      if (number !== line || column === undefined || column > LONGEST) continue
      const before = stringWidth(this.#shown(start, this.#beforeSecret(this.#lines.offsetAt({ line, column }))))
      if (before < WIDEST) out.push(`  ${style.dim(`${' '.repeat(gutter)} |`)} ${' '.repeat(before)}${style.red('^')}`)
    }
    return out
  }

  /** A part of a line, with `***` for its secrets; one that continues on the next line ends with an ellipsis. */
  #shown(start: number, end: number): string {
    const parts: string[] = []
    let at = start
    for (let i = this.#firstSecret(start); i < this.#secrets.length; i++) {
      const secret = this.#secrets[i]
      if (secret === undefined || secret.start >= end) break
      parts.push(visible(this.#text.slice(at, secret.start)), secret.end > end ? `${HIDDEN}…` : HIDDEN)
      at = secret.end
    }
    return [...parts, visible(this.#text.slice(at, end))].join('')
  }

  /** The offset, or the beginning of the secret that it is in. */
  #beforeSecret(offset: number): number {
    const secret = this.#secrets[this.#firstSecret(offset)]
    return secret === undefined ? offset : Math.min(offset, secret.start)
  }

  /** The first secret that ends after an offset. */
  #firstSecret(offset: number): number {
    let [low, high] = [0, this.#secrets.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#secrets[middle]?.end ?? 0) > offset) high = middle
      else low = middle + 1
    }
    return low
  }
}

function visible(text: string): string {
  return printable(text.replaceAll('\t', () => TAB))
}
