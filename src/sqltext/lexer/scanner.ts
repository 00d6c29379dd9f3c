import { blockCommentEnd, isCommentStart, isDigit, isOperatorPart, isSpace, isWordPart, isWordStart, lineEnd } from './characters.ts'
import { lexFault, type LexFault } from './faults.ts'

/**
 * `word`: unquoted identifier or keyword. `quoted`: "identifier", with or without U&. `string`: a literal in single quotes
 * with its E or U& and its continuation lines (the prefixes B, N and X are words before it), or in dollar quotes.
 * `symbol`: operator or punctuation.
 */
export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'symbol' | 'end'

/**
 * Reads the tokens of SQL text as scan.l of PostgreSQL 18 defines them (standard_conforming_strings = on). The current
 * token is in `kind`, `start` and `end`. One object per token would be slower: a 1 MB file takes under 50 ms.
 */
export class Scanner {
  kind: TokenKind = 'end'
  /** UTF-16 offset of the first character of the token. */
  start = 0
  /** UTF-16 offset after its last character. */
  end = 0
  readonly text: string
  /** The faults so far, in order of position. */
  readonly faults: LexFault[] = []

  constructor(text: string) {
    this.text = text
    // psql skips a byte order mark; the server would read it as an identifier
    if (text.charCodeAt(0) === 0xfeff) this.end = 1
  }

  /** Goes to the next token. Skips comments, white space and psql commands. */
  next(): TokenKind {
    const { text } = this
    const start = (this.start = this.#skipToToken(this.end))
    if (start >= text.length) return this.#token('end', start)
    const code = text.charCodeAt(start)
    if (isWordStart(code)) return this.#wordOrPrefixedLiteral(start)
    switch (code) {
      case QUOTE:
        return this.#string(start, false)
      case DOUBLE_QUOTE:
        return this.#quotedIdentifier(start)
      case DOLLAR:
        return this.#dollar(start)
    }
    if (isDigit(code) || (code === DOT && isDigit(text.charCodeAt(start + 1)))) return this.#token('number', matchEnd(NUMBER, text, start))
    return this.#token('symbol', symbolEnd(text, start))
  }

  /** Continues at another offset. There is no current token then. */
  seek(offset: number): void {
    this.start = this.end = offset
  }

  #token(kind: TokenKind, end: number): TokenKind {
    this.end = end
    return (this.kind = kind)
  }

  #fault(kind: LexFault['kind'], offset: number, found: string): void {
    this.faults.push(lexFault(kind, offset, found))
  }

  #skipToToken(from: number): number {
    const { text } = this
    let at = from
    for (;;) {
      const code = text.charCodeAt(at)
      if (isSpace(code)) at++
      else if (isCommentStart(text, at)) at = code === DASH ? lineEnd(text, at) : this.#blockComment(at)
      else if (code === BACKSLASH) {
        // no SQL token contains a backslash: it begins a psql command, which ends with the line
        this.#fault('psql-command', at, text.slice(at, matchEnd(PSQL_COMMAND, text, at)))
        at = lineEnd(text, at)
      } else return at
    }
  }

  #blockComment(start: number): number {
    const end = blockCommentEnd(this.text, start)
    if (end === undefined) this.#fault('unterminated-comment', start, '/*')
    return end ?? this.text.length
  }

  #wordOrPrefixedLiteral(start: number): TokenKind {
    const { text } = this
    const letter = text.charCodeAt(start) | 0x20
    const after = text.charCodeAt(start + 1)
    if (after === QUOTE && letter === LETTER_E) return this.#string(start + 1, true)
    if (after === AMPERSAND && letter === LETTER_U) {
      const third = text.charCodeAt(start + 2)
      if (third === QUOTE) return this.#string(start + 2, false)
      if (third === DOUBLE_QUOTE) return this.#quotedIdentifier(start + 2)
    }
    let end = start + 1
    while (isWordPart(text.charCodeAt(end))) end++
    return this.#token('word', end)
  }

  /** A literal whose opening quote is at `quote`. A second literal after a line break continues the first, in the same mode. */
  #string(quote: number, escapes: boolean): TokenKind {
    let at: number | undefined = quote
    while (at !== undefined) {
      const end: number = stringEnd(this.text, at + 1, escapes)
      if (end < 0) {
        this.#fault('unterminated-string', at === quote ? this.start : at, this.text.slice(at === quote ? this.start : at, at + 1))
        return this.#token('string', this.text.length)
      }
      this.#token('string', end)
      at = continuation(this.text, end)
    }
    return 'string'
  }

  #quotedIdentifier(quote: number): TokenKind {
    const { text } = this
    let at = text.indexOf('"', quote + 1)
    while (at >= 0 && text.charCodeAt(at + 1) === DOUBLE_QUOTE) at = text.indexOf('"', at + 2)
    if (at < 0) this.#fault('unterminated-identifier', this.start, text.slice(this.start, quote + 1))
    return this.#token('quoted', at < 0 ? text.length : at + 1)
  }

  #dollar(start: number): TokenKind {
    const { text } = this
    if (isDigit(text.charCodeAt(start + 1))) return this.#token('parameter', matchEnd(PARAMETER, text, start))
    const bodyStart = matchEnd(DOLLAR_TAG, text, start)
    if (bodyStart === start) return this.#token('symbol', start + 1)
    const tag = text.slice(start, bodyStart)
    const close = text.indexOf(tag, bodyStart)
    if (close < 0) this.#fault('unterminated-dollar-quote', start, tag)
    return this.#token('string', close < 0 ? text.length : close + tag.length)
  }
}

const QUOTE = 0x27
const DOUBLE_QUOTE = 0x22
const DOLLAR = 0x24
const AMPERSAND = 0x26
const DASH = 0x2d
const DOT = 0x2e
const COLON = 0x3a
const BACKSLASH = 0x5c
const LETTER_E = 0x65
const LETTER_U = 0x75

// Sticky, so that each matches at its lastIndex only. A word directly after a number or parameter is a token of its own, as
// in the servers up to 14 and 15; later servers refuse it ("trailing junk").
const NUMBER =
  /0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*(?:\.(?!\.)(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?/y
const PARAMETER = /\$\d+/y
const DOLLAR_TAG = /\$(?:[A-Za-z_\x80-\uffff][A-Za-z0-9_\x80-\uffff]*)?\$/y
const PSQL_COMMAND = /\\(?:[A-Za-z_]+|[^\s])?/y

/** End of a sticky expression's match at the offset, or the offset itself. */
function matchEnd(sticky: RegExp, text: string, at: number): number {
  sticky.lastIndex = at
  return sticky.test(text) ? sticky.lastIndex : at
}

/** Offset after the closing quote of a literal whose content begins at `from`, or -1. */
function stringEnd(text: string, from: number, escapes: boolean): number {
  for (let at = from; ; at += 2) {
    if (escapes) {
      while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
      if (at >= text.length) return -1
    } else {
      at = text.indexOf("'", at)
      if (at < 0) return -1
    }
    if (text.charCodeAt(at + 1) !== QUOTE) return at + 1
  }
}

/** Offset of the quote that continues a literal: only white space with a line break, and `--` comments, can be between. */
function continuation(text: string, from: number): number | undefined {
  let sawLineBreak = false
  for (let at = from; ;) {
    const code = text.charCodeAt(at)
    if (isSpace(code)) {
      if (code === 0x0a || code === 0x0d) sawLineBreak = true
      at++
    } else if (code === DASH && text.charCodeAt(at + 1) === DASH) at = lineEnd(text, at)
    else return sawLineBreak && code === QUOTE ? at : undefined
  }
}

/** The server refuses longer operators (NAMEDATALEN), so their end does not matter. */
const LONGEST_OPERATOR = 64

/** End of the operator or punctuation mark that begins at the offset. */
function symbolEnd(text: string, start: number): number {
  const code = text.charCodeAt(start)
  if (!isOperatorPart(code)) {
    const next = text.charCodeAt(start + 1)
    const isPair = (code === COLON && (next === COLON || next === 0x3d)) || (code === DOT && next === DOT)
    return start + (isPair ? 2 : 1)
  }
  let end = start + 1
  while (end - start < LONGEST_OPERATOR && isOperatorPart(text.charCodeAt(end)) && !isCommentStart(text, end)) end++
  // "+ and - cannot be the last character of an operator, unless it holds one of ~ ! @ # ^ & | ` ? %" (manual, Operators).
  if (/[~!@#^&|`?%]/.test(text.slice(start, end))) return end
  while (end - start > 1 && '+-'.includes(text.charAt(end - 1))) end--
  return end
}
