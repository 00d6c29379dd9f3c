// The character classes of PostgreSQL's scan.l, where every character after ASCII belongs to identifiers, even no-break spaces.
// Codes are those of charCodeAt; its NaN after the end of a text is in no class.

const SPACE = 1
const WORD_START = 2
const WORD_PART = 4
const OPERATOR = 8

const CLASSES = new Uint8Array(128)
mark(' \t\n\r\f\v', SPACE)
mark('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_', WORD_START | WORD_PART)
mark('0123456789$', WORD_PART)
mark('~!@#^&|`?+-*/%<>=', OPERATOR)

/** `space` of scan.l (the vertical tab counts since PostgreSQL 16; before, it is not valid outside quotes). */
export function isSpace(code: number): boolean {
  return code < 128 && has(code, SPACE)
}

/** `ident_start` of scan.l. */
export function isWordStart(code: number): boolean {
  return code >= 128 || has(code, WORD_START)
}

/** `ident_cont` of scan.l: a `$` inside a word does not begin a dollar quote. */
export function isWordPart(code: number): boolean {
  return code >= 128 || has(code, WORD_PART)
}

/** `op_chars` of scan.l. */
export function isOperatorPart(code: number): boolean {
  return code < 128 && has(code, OPERATOR)
}

/** `0` to `9`. */
export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** Lower case as the server folds unquoted words: ASCII only, `É` stays `É`. */
export function foldCase(word: string): string {
  return word.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

function has(code: number, bits: number): boolean {
  return ((CLASSES[code] ?? 0) & bits) !== 0
}

function mark(characters: string, bits: number): void {
  for (const character of characters) {
    const code = character.charCodeAt(0)
    CLASSES[code] = (CLASSES[code] ?? 0) | bits
  }
}

/** Whether `--` or `/*` is at the offset. Both begin a comment even inside an operator. */
export function isCommentStart(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code !== DASH && code !== SLASH) return false
  return text.charCodeAt(at + 1) === (code === DASH ? DASH : STAR)
}

/** Offset of the line break that ends the line (LF, CRLF or lone CR), or of the end of the text. */
export function lineEnd(text: string, from: number): number {
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 0x0a || code === 0x0d) break
    at++
  }
  return at
}

/** Offset after the block comment that begins at `start`, with its nested comments; undefined when it is not closed. */
export function blockCommentEnd(text: string, start: number): number | undefined {
  let depth = 1
  for (let at = start + 2; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== SLASH && code !== STAR) continue
    const next = text.charCodeAt(at + 1)
    if (code === SLASH && next === STAR) {
      depth++
      at++
    } else if (code === STAR && next === SLASH) {
      at++
      if (--depth === 0) return at + 1
    }
  }
  return undefined
}

const STAR = 0x2a
const DASH = 0x2d
const SLASH = 0x2f
