import { Scanner } from '../lexer/scanner.ts'

/** A token longer than this is not kept. */
const LONGEST_TOKEN = 64 * 1024

/** What is known after one more part of a long statement. */
export interface LongPart {
  /** The part is read up to here; the next one begins with what follows. */
  done: number
  /** The statement ends at `done`. */
  isEnd: boolean
  /** The part has a fault, whose place only the whole statement shows. */
  isFaulty: boolean
}

/**
 * Follows a statement to its semicolon part by part, as `splitStatements` finds it, without holding its text. For statements without the
 * body of a routine.
 */
export class LongStatement {
  readonly #longestToken: number
  #parentheses = 0
  #open = ''

  constructor(longestToken: number = LONGEST_TOKEN) {
    this.#longestToken = longestToken
  }

  /** The quote that is open where the next part begins; with it before the part, that is SQL text again. */
  get open(): string {
    return this.#open
  }

  read(part: string, isLast: boolean): LongPart {
    const before = this.#open
    const text = before + part
    const scanner = new Scanner(text)
    let end = before.length
    let here: TokenPlace = { start: 0, parentheses: this.#parentheses }
    // the last two tokens can go on: a literal on the next line, a colon and the name of a variable
    let [last, lastButOne] = [here, here]
    while (scanner.next() !== 'end') {
      const symbol = scanner.kind === 'symbol' ? text[scanner.start] : ''
      if (symbol === ';' && here.parentheses === 0) return { done: end - before.length, isEnd: true, isFaulty: scanner.faults.length > 0 }
      ;[lastButOne, last] = [last, { start: scanner.start, parentheses: here.parentheses }]
      const depth = here.parentheses + (symbol === '(' ? 1 : symbol === ')' ? -1 : 0)
      here = { start: scanner.end, parentheses: Math.max(0, depth) }
      end = scanner.end
    }
    if (isLast) return { done: end - before.length, isEnd: true, isFaulty: scanner.faults.length > 0 }
    const isFaulty = scanner.faults.some(({ kind }) => kind === 'psql-command')
    const quote = scanner.faults.find(({ kind }) => kind === 'unterminated-string' || kind === 'unterminated-dollar-quote')
    if (quote !== undefined && end - last.start > this.#longestToken) {
      this.#open = quote.kind === 'unterminated-dollar-quote' ? quote.found : /e/i.test(text.charAt(last.start)) ? "E'" : "'"
      this.#parentheses = last.parentheses
      return { done: insideEnd(text, this.#open) - before.length, isEnd: false, isFaulty }
    }
    if (lastButOne.start > 0) this.#open = ''
    this.#parentheses = lastButOne.parentheses
    return { done: Math.max(0, lastButOne.start - before.length), isEnd: false, isFaulty }
  }
}

interface TokenPlace {
  start: number
  /** Open before it. */
  parentheses: number
}

/** Where the text of an open literal can be cut: in no line break, no escape and no closing tag. */
function insideEnd(text: string, open: string): number {
  let end = text.length - (open.startsWith('$') ? open.length - 1 : 0)
  if (text[end - 1] === '\r') end--
  if (open !== "E'") return end
  let backslashes = 0
  while (text[end - 1 - backslashes] === '\\') backslashes++
  return end - (backslashes % 2)
}
