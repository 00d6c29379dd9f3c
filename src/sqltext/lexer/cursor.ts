import { foldCase } from './characters.ts'
import { identifierName } from './identifiers.ts'
import { Scanner, type TokenKind } from './scanner.ts'

/** A name, with its schema when that is written; both as the catalogs store them. */
export interface QualifiedName {
  schema?: string
  name: string
}

/** One token of a statement, in UTF-16 offsets of its text. */
export interface Token {
  kind: TokenKind
  start: number
  end: number
  /** An unquoted word in lower case; empty for other tokens. */
  word: string
}

/**
 * Reads the tokens of one statement, only as far as needed: `classify` reads ten tokens of a CREATE FUNCTION of 100 KB.
 */
export class Cursor {
  readonly #scanner: Scanner
  readonly #tokens: Token[] = []
  #at = 0

  constructor(statementText: string) {
    this.#scanner = new Scanner(statementText)
  }

  /** The token `ahead` places from here. After the end (or the semicolon) its kind is always `end`. */
  peek(ahead = 0): Token {
    const wanted = this.#at + ahead
    while (this.#tokens.length <= wanted && this.#tokens.at(-1)?.kind !== 'end') this.#tokens.push(this.#scan())
    return this.#tokens[Math.min(wanted, this.#tokens.length - 1)] ?? this.#scan()
  }

  get atEnd(): boolean {
    return this.peek().kind === 'end'
  }

  /** The text of a token as written. */
  source(ahead = 0): string {
    const { start, end } = this.peek(ahead)
    return this.#scanner.text.slice(start, end)
  }

  /** The unquoted word `ahead` places from here, in lower case; empty for other tokens. */
  word(ahead = 0): string {
    return this.peek(ahead).word
  }

  /** Whether the token `ahead` places from here is this punctuation mark or operator. */
  isSymbol(symbol: string, ahead = 0): boolean {
    return this.peek(ahead).kind === 'symbol' && this.source(ahead) === symbol
  }

  /** Back to the first token. */
  rewind(): void {
    this.#at = 0
  }

  skip(count = 1): void {
    this.#at += count
  }

  /** Steps over the words of the phrase (lower case, separated by one space) if they are the next tokens. */
  accept(phrase: string): boolean {
    const words = phrase.split(' ')
    if (!words.every((word, i) => this.word(i) === word)) return false
    this.skip(words.length)
    return true
  }

  acceptSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false
    this.skip()
    return true
  }

  /** Goes to the next word outside parentheses for which `wanted` is true, or to the end. Returns whether it found one. */
  skipUntil(wanted: (word: string) => boolean): boolean {
    for (; !this.atEnd; this.skipItem()) {
      const { kind, word } = this.peek()
      if (kind === 'word' && wanted(word)) return true
    }
    return false
  }

  /** Steps over one token, or over a whole group in parentheses or brackets. */
  skipItem(): void {
    let depth = 0
    do {
      if (this.isSymbol('(') || this.isSymbol('[')) depth++
      else if (this.isSymbol(')') || this.isSymbol(']')) depth--
      this.skip()
    } while (depth > 0 && !this.atEnd)
  }

  /** Steps over a name, qualified or not (`name`, `schema.name`, `database.schema.name`); undefined if there is none. */
  name(): QualifiedName | undefined {
    const parts: string[] = []
    do {
      const { kind } = this.peek()
      if (kind !== 'word' && kind !== 'quoted') return undefined
      parts.push(identifierName(this.source()))
      this.skip()
    } while (this.acceptSymbol('.'))
    const name = parts.pop()
    const schema = parts.pop()
    if (name === undefined) return undefined
    return schema === undefined ? { name } : { schema, name }
  }

  /** Steps over one identifier, without its qualifiers; undefined if there is none. */
  identifier(): string | undefined {
    const { kind } = this.peek()
    if (kind !== 'word' && kind !== 'quoted') return undefined
    const name = identifierName(this.source())
    this.skip()
    return name
  }

  /** The text of the statement from a UTF-16 offset on. */
  textFrom(offset: number): string {
    return this.#scanner.text.slice(offset)
  }

  /** The text between this parenthesis or bracket and the one that closes it. */
  group(): string {
    const ahead = new Cursor(this.#scanner.text.slice(this.peek().start))
    ahead.skipItem()
    return ahead.#scanner.text.slice(1, ahead.peek(-1).start)
  }

  /** Goes to the word (outside parentheses) or to the end. Returns the text before it. */
  textUntil(word: string): string {
    const { start } = this.peek()
    this.skipUntil((found) => found === word)
    return this.#scanner.text.slice(start, this.peek().start).trimEnd()
  }

  #scan(): Token {
    const kind = this.#scanner.next()
    const { start, end, text } = this.#scanner
    const isSemicolon = kind === 'symbol' && text[start] === ';'
    return { kind: isSemicolon ? 'end' : kind, start, end, word: kind === 'word' ? foldCase(text.slice(start, end)) : '' }
  }
}
