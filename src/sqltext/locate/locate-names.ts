import { identifierName, literalValue } from '../lexer/identifiers.ts'
import { Scanner } from '../lexer/scanner.ts'
import { classify } from '../statements/classify.ts'

/** The fields of a server error that help to locate it (PostgreSQL manual, "Error and Notice Message Fields"). */
export interface ServerError {
  message: string
  /** SQLSTATE. */
  code: string
  /** In code points from 1, in the whole message that was sent. */
  position?: number | undefined
  where?: string | undefined
  internalQuery?: string | undefined
  internalPosition?: number | undefined
  constraint?: string | undefined
  column?: string | undefined
  table?: string | undefined
}

export interface Location {
  /** UTF-16 offset. */
  offset: number
  /** Whether the fault is at the offset. Otherwise it is somewhere in the statement. */
  exact: boolean
}

/** A name or a literal of SQL text. A dotted name gives one mention for the whole and one for each part. */
export interface Mention {
  /** As the server quotes it in a message. */
  value: string
  /** UTF-16 offset in the text. */
  start: number
  isLiteral: boolean
  /** First in an item of an outermost list in parentheses: the name of a column in CREATE TABLE. */
  isElement: boolean
}

/** The names and literals of the text, in order; not those inside comments and strings. */
export function* mentionsIn(text: string): Generator<Mention> {
  const scanner = new Scanner(text)
  let depth = 0
  let before = ''
  let chain: Mention[] = []
  const finished = (): Mention[] => {
    const [first] = chain
    const mentions =
      first === undefined || chain.length === 1 ? chain : [{ ...first, value: chain.map(({ value }) => value).join('.') }, ...chain]
    chain = []
    return mentions
  }
  while (scanner.next() !== 'end') {
    const source = text.slice(scanner.start, scanner.end)
    const isName = scanner.kind === 'word' || scanner.kind === 'quoted'
    const continues = isName ? before === '.' : source === '.' && chain.length > 0
    if (!continues) yield* finished()
    const isElement = depth === 1 && (before === '(' || before === ',')
    if (isName) chain.push({ value: identifierName(source), start: scanner.start, isLiteral: false, isElement })
    else if (scanner.kind === 'string') yield { value: literalValue(source) ?? source, start: scanner.start, isLiteral: true, isElement }
    else if (scanner.kind === 'number') yield { value: source, start: scanner.start, isLiteral: true, isElement }
    else if (source === '(') depth++
    else if (source === ')') depth--
    before = scanner.kind === 'symbol' ? source : ''
  }
  yield* finished()
}

/** Finds what the message of an error names in a statement or a part of one. */
export function locateNames(text: string, { code, message, table }: ServerError): Location | undefined {
  const names = namesIn(message, code)
  if (names.length === 0) return undefined
  const mentions = [...mentionsIn(text)]
  const { object } = classify(text)
  // the message about a column also names its table, in some languages first
  const whole = new Set([object?.table ?? object?.name, table])
  const [parts, rest] = [names.filter((name) => !whole.has(name)), names.filter((name) => whole.has(name))]
  const found = parts.flatMap((name) => findName(mentions, name, code) ?? [])
  const part = code === UNDEFINED_COLUMN && found.length > 0 ? Math.max(...found) : found[0]
  if (part !== undefined) return { offset: part, exact: true }
  const [offset] = rest.flatMap((name) => findName(mentions, name, code) ?? [])
  return offset === undefined ? undefined : { offset, exact: names.length === 1 }
}

/** The offset of a name, otherwise of a literal with that value. Of two columns with one name the second is the fault. */
function findName(mentions: readonly Mention[], name: string, code: string): number | undefined {
  const found = mentions.filter(({ value }) => value === name)
  const names = found.filter(({ isLiteral }) => !isLiteral)
  const second = code === DUPLICATE_COLUMN ? (names.findLast(({ isElement }) => isElement) ?? names.at(-1)) : undefined
  return (second ?? names[0] ?? found[0])?.start
}

/** The names in a message. Functions are never in quotes (`function nope(integer) does not exist`), types not always. */
function namesIn(message: string, code: string): string[] {
  const quoted = quotedNames(message)
  const isBare = code === UNDEFINED_FUNCTION || (code === UNDEFINED_OBJECT && quoted.length === 0)
  if (!isBare) return quoted
  const bare = [WORD, ASCII_WORD].flatMap((word) => [...message.matchAll(word)].map(([name]) => name))
  // the statement can contain `type`, `function`, ... too
  const names =
    code === UNDEFINED_FUNCTION ? bare.filter((name) => message.includes(`${name}(`)) : bare.filter((name) => !ENGLISH.has(name))
  return [...quoted, ...names]
}

/** The quoted names in a message, in any language of PostgreSQL. */
export function quotedNames(message: string): string[] {
  return [...message.matchAll(QUOTED)].map(([, ...groups]) => groups.find((group) => group !== undefined) ?? '')
}

const QUOTED = /"([^"]+)"|»([^«»]+)«|«\s?([^«»]+?)\s?»|„([^„“”]+)[“”]|“([^“”]+)”/g
const WORD = /[\p{L}_][\p{L}\p{N}_$.]*/gu
// some languages have no space around a name
const ASCII_WORD = /[A-Za-z_][\w$.]*/g
const ENGLISH: ReadonlySet<string> = new Set(['type', 'does', 'not', 'exist'])

const DUPLICATE_COLUMN = '42701'
const UNDEFINED_COLUMN = '42703'
const UNDEFINED_OBJECT = '42704'
const UNDEFINED_FUNCTION = '42883'
