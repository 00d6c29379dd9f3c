import { readDuration } from '../../core/durations.ts'
import { isName, LONGEST_NAME_BYTES } from '../../core/names.ts'
import { LineIndex, type Position } from '../../core/positions.ts'
import { nearest } from '../../core/text.ts'
import { identifierName } from '../../sqltext/lexer/identifiers.ts'
import { classify } from '../../sqltext/statements/classify.ts'
import { splitStatements } from '../../sqltext/statements/split.ts'
import { ISOLATION_LEVELS, type IsolationLevel } from '../../sqltext/statements/transactions.ts'
import { directiveWords, listedVersions, type DirectiveName, type DirectiveWord } from './directive-words.ts'

/** What the `-- skills:` lines of a file ask for. */
export interface Directives {
  /** Run statement by statement, each in a transaction of its own. */
  noTransaction: boolean
  /** Run again when the digest changes, after all other files. */
  repeatable: boolean
  /** It corrects a database to what the other files create: what it cannot do in a healthy one is not needed. */
  remedies: boolean
  /** In milliseconds; 0 is no limit. */
  lockTimeoutMs?: number
  /** In milliseconds; 0 is no limit. */
  statementTimeoutMs?: number
  isolation?: IsolationLevel
  /** As the catalog has it. */
  role?: string
  /** The versions that this file counts as, in the order written. */
  replaces: string[]
  /** Queries that must be true before the file runs. */
  checks: DirectiveQuery[]
  /** Where each directive is first. */
  places: ReadonlyMap<DirectiveName, Position>
  faults: DirectiveFault[]
}

/** One SELECT, without a semicolon. */
export interface DirectiveQuery extends Position {
  text: string
  /** UTF-16, in the text of the file. */
  start: number
}

export interface DirectiveFault {
  /** UTF-16, in the text of the file. */
  offset: number
  message: string
  hint: string
}

/** Reads the directives of a file, and finds those that are unknown, incomplete, repeated or contradict each other. */
export function readDirectives(text: string): Directives {
  const index = new LineIndex(text)
  const first = new Map<string, DirectiveWord>()
  const faults: DirectiveFault[] = []
  const found: Draft = { noTransaction: false, repeatable: false, remedies: false, replaces: [], checks: [] }
  for (const word of directiveWords(text)) {
    const before = first.get(word.name)
    if (before === undefined) first.set(word.name, word)
    faults.push(...readWord(word, before, found, index))
  }
  for (const [one, other, reason] of CONTRADICTIONS) {
    const word = first.get(other)
    if (first.has(one) && word !== undefined)
      faults.push({ offset: word.offset, message: `${other} contradicts ${one}: ${reason}`, hint: 'remove one of the two' })
  }
  const places = new Map([...first.values()].map(({ name, offset }) => [name as DirectiveName, index.positionAt(offset)]))
  return { ...found, places, faults: faults.toSorted((a, b) => a.offset - b.offset) }
}

type Draft = Omit<Directives, 'places' | 'faults'>

function readWord(word: DirectiveWord, before: DirectiveWord | undefined, found: Draft, index: LineIndex): DirectiveFault[] {
  const { name, source, offset, value } = word
  const directive = DIRECTIVES.get(name)
  if (directive === undefined) {
    const near = nearest(name, DIRECTIVES.keys())
    const hint = near === undefined ? `the directives are ${[...DIRECTIVES.keys()].join(', ')}` : `did you mean ${near}?`
    return [{ offset, message: `unknown directive "${source}"`, hint }]
  }
  const { example, read, repeats } = directive
  const hint = `write it so: -- skills: ${example}`
  if (before !== undefined && repeats !== true) return [{ offset, message: `${name} is given twice`, hint: 'remove one of the two' }]
  if (example === name && value !== undefined) return [{ offset, message: `${name} takes no value`, hint }]
  if (example !== name && (value ?? '') === '') return [{ offset, message: `${name} needs a value`, hint }]
  const problem = read(found, value ?? '', (at) => ({ ...index.positionAt(word.valueOffset + at), start: word.valueOffset + at }))
  return problem === undefined ? [] : [{ offset: word.valueOffset, message: problem, hint }]
}

interface Directive {
  /** The whole directive; equal to its name when it takes no value. */
  example: string
  /** Can be given several times. */
  repeats?: true
  /** Stores the value; returns what is wrong with it. */
  read: (found: Draft, value: string, placeAt: (offset: number) => Position & { start: number }) => string | undefined
}

const DIRECTIVES: ReadonlyMap<string, Directive> = new Map<DirectiveName, Directive>([
  ['no-transaction', { example: 'no-transaction', read: (found) => void (found.noTransaction = true) }],
  ['repeatable', { example: 'repeatable', read: (found) => void (found.repeatable = true) }],
  ['remedies', { example: 'remedies', read: (found) => void (found.remedies = true) }],
  ['lock-timeout', { example: 'lock-timeout=30s', read: (found, value) => readTimeout(value, (ms) => (found.lockTimeoutMs = ms)) }],
  [
    'statement-timeout',
    { example: 'statement-timeout=5m', read: (found, value) => readTimeout(value, (ms) => (found.statementTimeoutMs = ms)) },
  ],
  ['isolation', { example: 'isolation=repeatable-read', read: readIsolation }],
  ['role', { example: 'role=app_owner', read: readRole }],
  ['replaces', { example: 'replaces 001_users, 002_orders', repeats: true, read: readReplaces }],
  ['check', { example: 'check SELECT count(*) = 0 FROM users WHERE email IS NULL', repeats: true, read: readCheck }],
])

const CONTRADICTIONS: readonly (readonly [DirectiveName, DirectiveName, string])[] = [
  ['repeatable', 'replaces', 'a file that replaces others is applied once'],
  ['no-transaction', 'isolation', 'there is no transaction that could have the isolation level'],
]

/** The server stores a timeout as a 32-bit integer. */
const LONGEST_TIMEOUT_MS = 2_147_483_647

function readTimeout(value: string, store: (ms: number) => void): string | undefined {
  // upwards, because 0 is no limit
  const ms = Math.ceil(readDuration(value) ?? Infinity)
  if (ms > LONGEST_TIMEOUT_MS) return `"${value}" is not a duration of at most 24 days`
  store(ms)
  return undefined
}

function readIsolation(found: Draft, value: string): string | undefined {
  const wanted = value
    .replace(/^"(.*)"$/, '$1')
    .replaceAll(/[\s_-]+/g, ' ')
    .toUpperCase()
  const level = ISOLATION_LEVELS.find((one) => one === wanted)
  if (level === undefined) {
    const names = ISOLATION_LEVELS.map((one) => one.toLowerCase().replace(' ', '-'))
    const near = nearest(wanted.replace(' ', '-'), names)
    return `"${value}" is not an isolation level (${near === undefined ? names.join(', ') : `did you mean ${near}?`})`
  }
  found.isolation = level
  return undefined
}

function readRole(found: Draft, value: string): string | undefined {
  const isQuoted = /^"(?:[^"]|"")+"$/.test(value)
  if (!isQuoted && !/^[\p{L}_][\p{L}\p{N}_$]*$/u.test(value)) return `${value} is not the name of a role (other names in double quotes)`
  const role = isQuoted ? value.slice(1, -1).replaceAll('""', '"') : identifierName(value)
  if (!isName(role)) return `the name of the role is longer than ${LONGEST_NAME_BYTES} bytes`
  if (role === 'none') return 'none is not the name of a role'
  found.role = role
  return undefined
}

function readReplaces(found: Draft, value: string): string | undefined {
  const versions = listedVersions(value)
  if (versions.length === 0) return 'replaces names no version'
  const twice = versions.find((version, i) => found.replaces.includes(version) || versions.indexOf(version) !== i)
  found.replaces.push(...versions)
  return twice === undefined ? undefined : `replaces names ${twice} twice`
}

function readCheck(found: Draft, value: string, placeAt: (offset: number) => Position & { start: number }): string | undefined {
  const { statements, faults } = splitStatements(value)
  const [statement] = statements
  if (faults[0] !== undefined) return faults[0].message
  if (statement === undefined || statements.length > 1) return 'a check is one query'
  if (!QUERIES.has(classify(statement.text).verb)) return 'a check is a query: SELECT, WITH or VALUES'
  found.checks.push({ text: statement.text, ...placeAt(statement.start) })
  return undefined
}

const QUERIES: ReadonlySet<string> = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE'])
