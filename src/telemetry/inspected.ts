import type { Json } from '../core/json.ts'

/**
 * Reads an object as `console.log` of Node prints it (`util.inspect`), which is how ConsoleSpanExporter of JavaScript writes spans: keys
 * without quotes, three kinds of quotes, `undefined`. What it shortens (`[Object]`, `... 3 more items`) becomes null or is left out.
 * Undefined for other text.
 */
export function readInspected(text: string): Json | undefined {
  const reader = new Reader(text)
  try {
    const value = reader.value(0)
    return reader.isAtEnd() && typeof value === 'object' && value !== null ? value : undefined
  } catch (error) {
    if (error instanceof NotInspected) return undefined
    throw error
  }
}

class NotInspected extends Error {}

const DEEPEST = 100
const NUMBER = /-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?n?|Infinity)/y
const NAME = /[\p{L}\p{N}_$]+/uy
/** What is written in place of a value: `[Object]`, `[Circular *1]`, `[Function: f]`, `<ref *1>`, `2026-01-01T00:00:00.000Z`. */
const SHORT = /\[[A-Z][^[\]\n]{0,200}\]/y
const MORE = /\.\.\. \d+ more \w+/y
const SPACE = /\s*/y
const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/y
const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', null],
  ['NaN', null],
])
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v' }

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  isAtEnd(): boolean {
    this.#match(SPACE)
    return this.#at === this.#text.length
  }

  value(depth: number): Json {
    if (depth > DEEPEST) throw new NotInspected()
    this.#match(SPACE)
    const char = this.#text.charAt(this.#at)
    if (char === '{') return this.#object(depth)
    if (char === '[') return this.#match(SHORT) === undefined ? this.#list(depth) : null
    if (char === '"' || char === "'" || char === '`') return this.#string()
    const time = this.#match(TIME)
    if (time !== undefined) return time
    const number = this.#match(NUMBER)
    if (number !== undefined) return number.endsWith('n') ? number.slice(0, -1) : finite(Number(number))
    const word = this.#match(NAME) ?? ''
    const known = WORDS.get(word)
    if (known === undefined) throw new NotInspected()
    return known
  }

  #object(depth: number): Json {
    const entries: [string, Json][] = []
    this.#items('{', '}', () => {
      const key = /["'`]/.test(this.#text.charAt(this.#at)) ? this.#string() : this.#match(NAME)
      this.#match(SPACE)
      if (key === undefined || !this.#take(':')) throw new NotInspected()
      entries.push([key, this.value(depth + 1)])
    })
    return Object.fromEntries(entries)
  }

  #list(depth: number): Json {
    const items: Json[] = []
    this.#items('[', ']', () => items.push(this.value(depth + 1)))
    return items
  }

  #items(open: string, close: string, item: () => void): void {
    this.#take(open)
    for (;;) {
      this.#match(SPACE)
      if (this.#take(close)) return
      if (this.#match(MORE) === undefined) item()
      this.#match(SPACE)
      if (!this.#take(',') && this.#text.charAt(this.#at) !== close) throw new NotInspected()
    }
  }

  /** A string; a long one is a sum of strings on several lines. */
  #string(): string {
    let text = ''
    do {
      this.#match(SPACE)
      const quote = this.#text.charAt(this.#at)
      if (!/["'`]/.test(quote)) throw new NotInspected()
      for (this.#at++; this.#text.charAt(this.#at) !== quote;) {
        if (this.#at >= this.#text.length) throw new NotInspected()
        text += this.#character()
      }
      this.#at++
      this.#match(SPACE)
    } while (this.#take('+'))
    return text
  }

  #character(): string {
    const char = this.#text.charAt(this.#at++)
    if (char !== '\\') return char
    const escaped = this.#text.charAt(this.#at++)
    const digits = escaped === 'x' ? 2 : escaped === 'u' ? 4 : 0
    if (digits === 0) return ESCAPES[escaped] ?? escaped
    const hex = this.#text.slice(this.#at, this.#at + digits)
    if (!/^[\da-f]+$/i.test(hex)) throw new NotInspected()
    this.#at += digits
    return String.fromCharCode(Number.parseInt(hex, 16))
  }

  #take(char: string): boolean {
    const isThere = this.#text.charAt(this.#at) === char && char !== ''
    if (isThere) this.#at++
    return isThere
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
