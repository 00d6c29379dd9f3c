import type { Span } from './secret-spans.ts'

/**
 * A text with quotes in several languages, one inside the other: SQL in SQL, JSON in SQL, SQL in JSON. Remembers which parts to
 * hide. Each method takes an offset and returns the offset to continue at.
 */
export class QuotedText {
  readonly text: string
  readonly spans: Span[] = []
  /** Blanks and comments that may still be read. Nested comments could be read once for each of them: then the rest is hidden. */
  #patience: number

  constructor(text: string) {
    this.text = text
    this.#patience = 16 * text.length + 65_536
  }

  hide(start: number, end: number): void {
    if (end > start) this.spans.push({ start, end })
  }

  /** Skips white space, also as escapes such as `\n`, and the comments of SQL. */
  skipGap(from: number): number {
    const { text } = this
    let at = from
    for (;;) {
      const code = text.charCodeAt(at)
      const next = text.charAt(at + 1)
      if (code <= 0x20 || code === NO_BREAK_SPACE) at++
      else if (code === BACKSLASH && /[nrt]/.test(next)) at += 2
      else if (code === DASH && next === '-') at = this.#afterLineComment(at)
      else if (code === SLASH && next === '*') at = commentEnd(text, at)
      else break
    }
    this.#patience -= at - from
    if (this.isExhausted) this.hide(from, text.length)
    return at
  }

  /** A comment without a line break after it: the text can be a statement that was put on one line, with its literals behind the comment. */
  #afterLineComment(start: number): number {
    const end = this.text.indexOf('\n', start)
    return end === -1 ? this.hideLiterals(start + 2, 'statement') : end
  }

  /** The rest of the text is hidden: reading it would take too long. */
  get isExhausted(): boolean {
    return this.#patience < 0
  }

  /** Hides the content of `'...'`, `"..."`, `\"...\"`, `''...''`; to the end of the text when it is not closed. */
  hideQuoted(open: number, escapes: boolean): number {
    const { text } = this
    let end = this.#hideOne(open, escapes)
    // a literal on a later line continues this one
    for (;;) {
      const next = this.skipGap(end)
      if (text.charAt(next) !== "'" || text.charAt(end - 1) !== "'" || !text.slice(end, next).includes('\n')) return end
      end = this.#hideOne(next, escapes)
    }
  }

  #hideOne(open: number, escapes: boolean): number {
    const { text } = this
    const slashes = runLength(text, open, '\\')
    const quote = text.charAt(open + slashes)
    const run = runLength(text, open + slashes, quote)
    // what was hidden and then cut has no closing quote
    const cut = CUT.exec(text.slice(open + slashes + run, open + slashes + run + LONGEST_CUT))
    if (cut !== null) return open + slashes + run + cut[0].length
    if (slashes > 0) return this.#hideEscaped(open + slashes + 1, quote, slashes)
    if (run % 2 === 0 && /^(?:[\s;,)\]}]|$)/.test(text.charAt(open + run))) return open + run
    // a quote is doubled once for each string that it is inside
    const unit = run & -run
    const end = closingQuote(text, open + run, quote, unit, escapes)
    this.hide(open + unit, end.content)
    return end.after
  }

  hideDollarQuoted(open: number, start: number): number {
    const tag = this.text.slice(open, start)
    const end = offsetOr(this.text.length, this.text.indexOf(tag, start))
    this.hide(start, end)
    return Math.min(this.text.length, end + tag.length)
  }

  /** Hides every literal up to the bracket that closes the one at `from`, or to the end of the statement. */
  hideLiterals(from: number, until: 'group' | 'statement'): number {
    const { text } = this
    let depth = 0
    let at = from
    for (let match = matchFrom(TOKEN, text, at); match !== null; match = matchFrom(TOKEN, text, at)) {
      const { 0: mark, index } = match
      at = index + mark.length
      if (mark.startsWith('$')) at = this.hideDollarQuoted(index, at)
      else if (mark === '/*') at = commentEnd(text, index)
      else if (mark === '--') at = offsetOr(at, text.indexOf('\n', at))
      else if ('([{'.includes(mark)) depth++
      else if (')]}'.includes(mark)) depth--
      else if (mark !== ';') at = this.hideQuoted(index, mark !== "'" || /e/i.test(text.charAt(index - 1)))
      const isEnd = until === 'group' ? depth <= 0 : depth < 0 || (mark === ';' && depth === 0)
      if (isEnd) return at
    }
    return text.length
  }

  /** After the string that the offset is in. */
  afterString(from: number): number {
    for (let at = this.text.indexOf("'", from); at !== -1;) {
      const run = runLength(this.text, at, "'")
      if (run % 2 === 1) return at + run
      at = this.text.indexOf("'", at + run)
    }
    return this.text.length
  }

  /** In a string whose quotes have backslashes in front: more of them are a quote inside, fewer close the string outside. */
  #hideEscaped(start: number, quote: string, slashes: number): number {
    const { text } = this
    let at = text.indexOf(quote, start)
    for (; at !== -1; at = text.indexOf(quote, at + 1)) {
      let before = 0
      while (at - before > start && text.charCodeAt(at - before - 1) === BACKSLASH) before++
      if (before > slashes) continue
      this.hide(start, at - before)
      return at + 1
    }
    this.hide(start, text.length)
    return text.length
  }
}

/** The quote that closes a string: a run of an odd number of units; the rest of the run is quotes inside. */
function closingQuote(text: string, from: number, quote: string, unit: number, escapes: boolean): { content: number; after: number } {
  const marks = escapes ? /["'`\\]/g : /["'`]/g
  marks.lastIndex = from
  for (let match = marks.exec(text); match !== null; match = marks.exec(text)) {
    if (match[0] === '\\') marks.lastIndex++
    else if (match[0] === quote) {
      const run = runLength(text, match.index, quote)
      const units = Math.floor(run / unit)
      const isOdd = units % 2 === 1
      const content = match.index + (isOdd ? units - 1 : units) * unit
      // fewer quotes than a unit close the string outside
      if (isOdd || run % unit !== 0) return { content, after: isOdd ? content + unit : content }
      marks.lastIndex = match.index + run
    }
  }
  return { content: text.length, after: text.length }
}

/** The first match of an expression at or after an offset; of a sticky one at the offset. */
export function matchFrom(expression: RegExp, text: string, from: number): RegExpExecArray | null {
  expression.lastIndex = from
  return expression.exec(text)
}

/** The end of the match of a sticky expression at an offset, or the offset. */
export function matchEnd(sticky: RegExp, text: string, at: number): number {
  const match = matchFrom(sticky, text, at)
  return match === null ? at : at + match[0].length
}

function runLength(text: string, from: number, character: string): number {
  let end = from
  while (end < text.length && text.charAt(end) === character) end++
  return end - from
}

/** After a block comment of SQL, with those inside. */
function commentEnd(text: string, start: number): number {
  const marks = /\/\*|\*\//g
  marks.lastIndex = start
  let depth = 0
  for (let match = marks.exec(text); match !== null; match = marks.exec(text)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return marks.lastIndex
  }
  return text.length
}

function offsetOr(otherwise: number, offset: number): number {
  return offset === -1 ? otherwise : offset
}

const TOKEN = /["'`()[\]{};]|\\["']|--|\/\*|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]{0,63})?\$/g
const CUT = /^\*{0,3}(?:\u2026|\.\.\.)/
const LONGEST_CUT = 8
const NO_BREAK_SPACE = 0xa0
const BACKSLASH = 0x5c
const DASH = 0x2d
const SLASH = 0x2f
