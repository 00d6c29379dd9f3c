/** A place in a text, as editors count it: line and column from 1, columns in Unicode code points. */
export interface Position {
  line: number
  column: number
}

/**
 * Lines and columns of one text. Offsets are UTF-16 indexes. CRLF, LF and a lone CR each end a line; a byte order mark at
 * the start has no column. Built in one pass and searched by bisection: one long line costs no more than many short ones.
 */
export class LineIndex {
  readonly #text: string
  /** Offset of the first character of each line. */
  readonly #starts: number[]
  /** Offsets of the second halves of surrogate pairs: the UTF-16 units that are not a column. */
  readonly #lowHalves: number[]

  constructor(text: string) {
    this.#text = text
    const starts = [text.charCodeAt(0) === 0xfeff ? 1 : 0]
    const lowHalves: number[] = []
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code === 0x0a || (code === 0x0d && text.charCodeAt(i + 1) !== 0x0a)) starts.push(i + 1)
      else if (isPair(text, i)) lowHalves.push(++i)
    }
    this.#starts = starts
    this.#lowHalves = lowHalves
  }

  /** Number of lines. A text that ends with a line break has an empty last line, as in an editor. */
  get lineCount(): number {
    return this.#starts.length
  }

  /** The position of an offset. An offset inside a character or a line break counts as its beginning; one outside the text as the nearest end. */
  positionAt(offset: number): Position {
    const first = this.#starts[0] ?? 0
    const inside = Math.min(Math.max(offset, first), this.#text.length)
    const line = countUpTo(this.#starts, inside)
    const start = this.#starts[line - 1] ?? first
    const end = this.#lineEnd(line)
    const here = Math.min(inside, end)
    return { line, column: here - start - this.#halvesBetween(start, here) + 1 }
  }

  /** The offset of a position; a line or column outside the text becomes the nearest one inside. */
  offsetAt({ line, column }: Position): number {
    const number = Math.min(Math.max(line, 1), this.lineCount)
    const start = this.#starts[number - 1] ?? 0
    const end = this.#lineEnd(number)
    let offset = start + Math.max(column, 1) - 1
    // Each pair at or before the offset moves it by one, which can add further pairs.
    for (let next = countUpTo(this.#lowHalves, start); next < this.#lowHalves.length; next++) {
      if ((this.#lowHalves[next] ?? Infinity) > offset) break
      offset++
    }
    return Math.min(offset, end)
  }

  /** The text of a line (from 1) without its line break; empty for a line that does not exist. */
  lineText(line: number): string {
    const start = this.#starts[line - 1]
    return start === undefined ? '' : this.#text.slice(start, this.#lineEnd(line))
  }

  /** Offset of the line break that ends a line, or of the end of the text. */
  #lineEnd(line: number): number {
    const next = this.#starts[line]
    if (next === undefined) return this.#text.length
    const isCrLf = this.#text.charCodeAt(next - 1) === 0x0a && this.#text.charCodeAt(next - 2) === 0x0d
    return next - (isCrLf ? 2 : 1)
  }

  /** The number of second halves in (start, end]; `end` counts, so that the middle of a pair is its beginning. */
  #halvesBetween(start: number, end: number): number {
    return countUpTo(this.#lowHalves, end) - countUpTo(this.#lowHalves, start)
  }
}

/**
 * The UTF-16 offset of the n-th code point of a text, n from 1, as the error field `position` of PostgreSQL counts
 * ("Error and Notice Message Fields", field P: in characters, not bytes). Clamped to the text.
 */
export function codePointOffset(text: string, n: number): number {
  let offset = 0
  for (let i = 1; i < n && offset < text.length; i++) offset += isPair(text, offset) ? 2 : 1
  return offset
}

/** Whether a surrogate pair begins at the offset. A lone surrogate is one code point. */
function isPair(text: string, offset: number): boolean {
  return (text.charCodeAt(offset) & 0xfc00) === 0xd800 && (text.charCodeAt(offset + 1) & 0xfc00) === 0xdc00
}

/** The number of ascending numbers that are at most `limit`. */
function countUpTo(ascending: readonly number[], limit: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? Infinity) <= limit) low = middle + 1
    else high = middle
  }
  return low
}
