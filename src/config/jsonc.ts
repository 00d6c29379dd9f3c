/** A JSON document with comments, read. */
export interface Jsonc {
  value: unknown
  /** The offset of each key of the outermost object. */
  keys: ReadonlyMap<string, number>
}

/** The text is not JSON with comments. The message never quotes the text, which can contain a password. */
export class JsoncError extends Error {
  /** Where it was noticed. */
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** A configuration file needs two levels. */
const DEEPEST = 20

/**
 * Reads JSON in which comments and trailing commas are allowed, as editors and TypeScript read their settings. Apart from
 * that it is as strict as `JSON.parse`, and a key that appears twice in an object is an error.
 */
export function parseJsonc(text: string): Jsonc {
  const keys = new Map<string, number>()
  const reader = new Reader(text)
  const value = reader.value(0, keys)
  reader.end()
  return { value, keys }
}

const WORDS: Readonly<Record<string, unknown>> = { true: true, false: false, null: null }
const STRING = /"(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /[a-z]+/y
const BLANK = /[ \t\r\n]+|\/\/[^\r\n]*/y

class Reader {
  private at = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  value(depth: number, keys?: Map<string, number>): unknown {
    this.skip()
    if (depth > DEEPEST) throw this.error('nested too deeply')
    switch (this.text[this.at]) {
      case '{':
        return this.object(depth, keys ?? new Map<string, number>())
      case '[':
        return this.list(depth)
      case '"':
        return this.string()
      case undefined:
        throw this.error('the text ends where a value is expected')
      default:
        return this.scalar()
    }
  }

  end(): void {
    this.skip()
    if (this.at < this.text.length) throw this.error('unexpected text after the value')
  }

  private object(depth: number, keys: Map<string, number>): object {
    const entries: [string, unknown][] = []
    this.elements('}', () => {
      const start = this.at
      if (this.text[start] !== '"') throw this.error('expected a key in double quotes')
      const key = this.string()
      if (keys.has(key)) throw this.error('this key appears twice', start)
      keys.set(key, start)
      this.skip()
      if (!this.takes(':')) throw this.error('expected a colon')
      entries.push([key, this.value(depth + 1)])
    })
    // fromEntries defines properties: a key such as __proto__ has no special effect
    return Object.fromEntries(entries)
  }

  private list(depth: number): unknown[] {
    const values: unknown[] = []
    this.elements(']', () => values.push(this.value(depth + 1)))
    return values
  }

  /** The values between brackets, separated by commas; a last comma is allowed. */
  private elements(close: string, read: () => void): void {
    this.at += 1
    for (this.skip(); !this.takes(close); this.skip()) {
      read()
      this.skip()
      if (!this.takes(',') && this.text[this.at] !== close) throw this.error(`expected a comma or ${close}`)
    }
  }

  private string(): string {
    const found = this.match(STRING)
    if (found === undefined) throw this.error('a text is not closed on its line, or has an invalid character or escape')
    return JSON.parse(found) as string
  }

  private scalar(): unknown {
    const start = this.at
    const number = this.match(NUMBER)
    if (number !== undefined) return Number(number)
    const word = this.match(WORD) ?? ''
    if (!Object.hasOwn(WORDS, word)) throw this.error('expected a value', start)
    return WORDS[word]
  }

  /** Passes blanks and comments. */
  private skip(): void {
    for (;;) {
      if (this.match(BLANK) !== undefined) continue
      if (!this.text.startsWith('/*', this.at)) return
      const end = this.text.indexOf('*/', this.at + 2)
      if (end === -1) throw this.error('a comment is not closed')
      this.at = end + 2
    }
  }

  private takes(character: string): boolean {
    const isThere = this.text[this.at] === character
    if (isThere) this.at += 1
    return isThere
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.at += found.length
    return found
  }

  private error(message: string, offset = this.at): JsoncError {
    return new JsoncError(message, offset)
  }
}
