import { classify } from '../statements/classify.ts'
import { identifierName, literalValue } from '../lexer/identifiers.ts'
import type { Location, ServerError } from './locate-types.ts'
import { Scanner } from '../lexer/scanner.ts'

/** A name or a literal of SQL text: a dotted name comes as a whole and in its parts. */
export interface Mention {
  /** As the server would quote it in a message. */
  value: string
  /** UTF-16 offset in the text. */
  start: number
  isLiteral: boolean
  /** First in a list in parentheses that is not inside another: the name of a column in CREATE TABLE. */
  isElement: boolean
}

/** What the text names, in order. Comments and the insides of strings are no part of it. */
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
    const goesOn = isName ? before === '.' : source === '.' && chain.length > 0
    if (!goesOn) yield* finished()
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

/** The place of what the message of an error names, in a statement or a part of one. */
export function locateNames(text: string, { code, message, table }: ServerError): Location | undefined {
  const names = namesIn(message, code)
  if (names.length === 0) return undefined
  const mentions = [...mentionsIn(text)]
  const { object } = classify(text)
  // with a fault in a column its table is named too, in some languages before it
  const whole = new Set([object?.table ?? object?.name, table])
  const [parts, rest] = [names.filter((name) => !whole.has(name)), names.filter((name) => whole.has(name))]
  const found = parts.flatMap((name) => findName(mentions, name, code) ?? [])
  const part = code === UNDEFINED_COLUMN && found.length > 0 ? Math.max(...found) : found[0]
  if (part !== undefined) return { offset: part, exact: true }
  const [offset] = rest.flatMap((name) => findName(mentions, name, code) ?? [])
  return offset === undefined ? undefined : { offset, exact: names.length === 1 }
}

/** Where a name stands, else a literal of that value. Of two columns with one name the second is at fault. */
function findName(mentions: readonly Mention[], name: string, code: string): number | undefined {
  const found = mentions.filter(({ value }) => value === name)
  const names = found.filter(({ isLiteral }) => !isLiteral)
  const second = code === DUPLICATE_COLUMN ? (names.findLast(({ isElement }) => isElement) ?? names.at(-1)) : undefined
  return (second ?? names[0] ?? found[0])?.start
}

/** What a message quotes. Functions are never in quotes (`function nope(integer) does not exist`), types not always. */
function namesIn(message: string, code: string): string[] {
  const quoted = quotedNames(message)
  const isBare = code === UNDEFINED_FUNCTION || (code === UNDEFINED_OBJECT && quoted.length === 0)
  if (!isBare) return quoted
  const bare = [WORD, ASCII_WORD].flatMap((word) => [...message.matchAll(word)].map(([name]) => name))
  // `type`, `function`, ... may stand in the statement, too
  const names =
    code === UNDEFINED_FUNCTION ? bare.filter((name) => message.includes(`${name}(`)) : bare.filter((name) => !ENGLISH.has(name))
  return [...quoted, ...names]
}

/** What stands in quotes of any of the languages that PostgreSQL speaks. */
export function quotedNames(message: string): string[] {
  return [...message.matchAll(QUOTED)].map(([, ...groups]) => groups.find((group) => group !== undefined) ?? '')
}

const QUOTED = /"([^"]+)"|»([^«»]+)«|«\s?([^«»]+?)\s?»|„([^„“”]+)[“”]|“([^“”]+)”/g
const WORD = /[\p{L}_][\p{L}\p{N}_$.]*/gu
// some languages put no space around a name
const ASCII_WORD = /[A-Za-z_][\w$.]*/g
const ENGLISH: ReadonlySet<string> = new Set(['type', 'does', 'not', 'exist'])

const DUPLICATE_COLUMN = '42701'
const UNDEFINED_COLUMN = '42703'
const UNDEFINED_OBJECT = '42704'
const UNDEFINED_FUNCTION = '42883'
