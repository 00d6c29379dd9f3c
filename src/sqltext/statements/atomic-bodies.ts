import { foldCase } from '../lexer/characters.ts'
import type { Scanner } from '../lexer/scanner.ts'

/**
 * Follows `CREATE [OR REPLACE] FUNCTION|PROCEDURE ... BEGIN ATOMIC statement; ... END`, whose semicolons do not end the
 * statement. psql counts BEGIN, CASE and END, which fails for `AS end` or a function named begin. The grammar allows a
 * simpler rule: an END that closes a body follows a semicolon or ATOMIC; an END of CASE never does.
 */
export class AtomicBodies {
  readonly #text: string
  #depth = 0
  #head: Head = 'start'
  /** The token before this one if it is a word or a semicolon; `OPENING` after the ATOMIC of a body. */
  #previous = ''

  constructor(text: string) {
    this.#text = text
  }

  /** Whether a body is open: a semicolon here belongs to it. */
  get isOpen(): boolean {
    return this.#depth > 0
  }

  /** A new top-level statement begins. */
  reset(): void {
    this.#depth = 0
    this.#head = 'start'
    this.#previous = ''
  }

  /** Processes the next token outside parentheses. */
  see({ kind, start, end }: Scanner): void {
    if (this.#head === 'other' && !this.isOpen) return
    const source = end - start > LONGEST ? '' : this.#text.slice(start, end)
    const token = kind === 'word' ? foldCase(source) : source === ';' ? ';' : ''
    const previous = this.#previous
    this.#previous = token
    if (token === ';') {
      this.#head = 'start'
    } else if (token === 'end' && this.isOpen && (previous === ';' || previous === OPENING)) {
      this.#depth--
      this.#head = 'other'
    } else if (token === 'atomic' && previous === 'begin' && this.#head === 'routine') {
      // the grammar accepts a CREATE FUNCTION inside a body; the server refuses it later
      this.#depth++
      this.#head = 'start'
      this.#previous = OPENING
    } else if (this.#head !== 'routine') {
      this.#head = nextHead(this.#head, token)
    }
  }
}

/** How far the current statement matches `CREATE [OR REPLACE] FUNCTION|PROCEDURE`. */
type Head = 'start' | 'create' | 'or' | 'replace' | 'routine' | 'other'

function nextHead(head: Head, token: string): Head {
  if (head === 'start') return token === 'create' ? 'create' : 'other'
  if (head === 'create' && token === 'or') return 'or'
  if (head === 'or') return token === 'replace' ? 'replace' : 'other'
  const isRoutine = (head === 'create' || head === 'replace') && (token === 'function' || token === 'procedure')
  return isRoutine ? 'routine' : 'other'
}

/** No token of the source looks like this. */
const OPENING = 'BEGIN ATOMIC'

/** The length of PROCEDURE; longer words are ignored. */
const LONGEST = 9
