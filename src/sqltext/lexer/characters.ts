// The character classes of PostgreSQL's scan.l. Everything past ASCII belongs to identifiers there, even no-break spaces.
// Codes are those of charCodeAt; its NaN past the end of a text is in no class.

const SPACE = 1
const WORD_START = 2
const WORD_PART = 4
const OPERATOR = 8

const CLASSES = new Uint8Array(128)
mark(' \t\n\r\f\v', SPACE)
mark('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_', WORD_START | WORD_PART)
mark('0123456789$', WORD_PART)
mark('~!@#^&|`?+-*/%<>=', OPERATOR)

/** `space` of scan.l (the vertical tab counts since PostgreSQL 16; no older server gets to see one outside of quotes in a valid file). */
export function isSpace(code: number): boolean {
  return code < 128 && has(code, SPACE)
}

/** `ident_start` of scan.l. */
export function isWordStart(code: number): boolean {
  return code >= 128 || has(code, WORD_START)
}

/** `ident_cont` of scan.l: a `$` inside of a word does not begin a dollar quote. */
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
