import { Cursor } from '../../sqltext/lexer/cursor.ts'
import { identifierName } from '../../sqltext/lexer/identifiers.ts'
import { parseMigration, type ParsedStatement } from '../files/parse-migration.ts'
import type { MigrationFile } from '../files/read-migrations.ts'

/** A statement of the old files, with what it changes. */
export interface StatementEffect {
  file: string
  line: number
  /** Without the semicolon. */
  text: string
  /** In capitals: `INSERT`, `CREATE ROLE`. */
  verb: string
  /**
   * `schema`: objects that a dump contains. `rows`: rows, or what only a run shows. `first`, `before`, `after`: what a dump does not contain,
   * and what is kept before its extensions, before its other objects, or after it. `none`: settings of the session.
   */
  effect: 'schema' | 'rows' | 'first' | 'before' | 'after' | 'none'
  /** It changes the whole server: a scratch database does not contain its effect. */
  ofServer: boolean
  /** Names of what it creates or changes, without qualifier; for some statements all names in it. */
  names: ReadonlySet<string>
}

/** What the statements of the files change, in order. */
export function statementEffects(files: readonly MigrationFile[], schema: string): StatementEffect[] {
  return files.flatMap((file) =>
    parseMigration(file).statements.map((statement): StatementEffect => {
      const { effect, ofServer } = effectOf(statement, schema)
      const { text, line, kind } = statement
      return { file: file.file, line, text, verb: kind.verb, effect, ofServer, names: namesIn(statement) }
    }),
  )
}

type Effect = Pick<StatementEffect, 'effect' | 'ofServer'>

function effectOf({ kind, text }: ParsedStatement, schema: string): Effect {
  const { verb, object } = kind
  const [action = '', ...rest] = verb.split(' ')
  if (SESSION.has(action)) return { effect: 'none', ofServer: false }
  if (action === 'GRANT' || action === 'REVOKE') return ofGrant(text, schema)
  if (!CHANGES.has(action)) return { effect: 'rows', ofServer: false }
  const words = action === 'COMMENT' ? new Cursor(text.replace(/^\s*comment\s+on/i, '')).word().toUpperCase() : rest.join(' ')
  if (SERVER_WIDE.test(words)) return { effect: 'first', ofServer: true }
  if (words.startsWith('SCHEMA')) return { effect: 'first', ofServer: false }
  if (EARLY.test(words)) return { effect: 'before', ofServer: false }
  if (LATE.test(words)) return { effect: 'after', ofServer: false }
  // a dump has the default privileges in its schema
  if (words.startsWith('DEFAULT'))
    return { effect: hasWords(text, 'in', 'schema') && !isOfOther(text, schema) ? 'schema' : 'after', ofServer: false }
  const isElsewhere = object === undefined ? ONLY_NAMES.has(action) && isOfOther(text, schema) : isOther(object.schema, schema)
  if (isElsewhere || NOT_COVERED.test(words)) return { effect: 'before', ofServer: false }
  // a dump has no owners
  if (action === 'ALTER' && hasWords(text, 'owner', 'to')) return { effect: 'after', ofServer: false }
  return { effect: 'schema', ofServer: false }
}

const SESSION: ReadonlySet<string> = new Set(['SET', 'RESET', 'SHOW', 'DISCARD', 'ANALYZE', 'LOCK'])
const CHANGES: ReadonlySet<string> = new Set([
  'CREATE',
  'ALTER',
  'DROP',
  'COMMENT',
  'REFRESH',
  'REINDEX',
  'CLUSTER',
  'IMPORT',
  'SECURITY',
  'REASSIGN',
])
const SERVER_WIDE = /^(?:ROLE|USER(?! MAPPING)|GROUP|DATABASE|TABLESPACE|SYSTEM|OWNED)\b/
const EARLY = /^(?:LANGUAGE|PROCEDURAL|TRUSTED|FOREIGN DATA|SERVER|USER MAPPING|ACCESS|TRANSFORM|FOREIGN SCHEMA|LABEL|LARGE)\b/
const LATE = /^(?:PUBLICATION|SUBSCRIPTION|EVENT)\b/
const NOT_COVERED = /^(?:OPERATOR (?:CLASS|FAMILY)|TEXT SEARCH (?:PARSER|TEMPLATE))\b/

/** Statements that have names of objects, and no expressions. */
const ONLY_NAMES: ReadonlySet<string> = new Set(['COMMENT', 'DROP', 'ALTER'])

function isOther(schema: string | undefined, own: string): boolean {
  return schema !== undefined && schema !== own && schema !== 'pg_temp'
}

/** Whether a statement names an object of another schema, or another schema; not only as the type of an argument. */
function isOfOther(text: string, own: string): boolean {
  const cursor = new Cursor(text)
  let before = ''
  while (!cursor.atEnd) {
    if (isOther(schemaAt(cursor, before), own)) return true
    before = cursor.word()
    if (cursor.name() === undefined) cursor.skipItem()
  }
  return false
}

/** The schema in the name that begins here: `a` of `a.b`, of `COLUMN a.b.c`, and of `SCHEMA a`. A name after COLUMN or OWNED BY ends with a column. */
function schemaAt(cursor: Cursor, before: string): string | undefined {
  const { kind } = cursor.peek()
  if (kind !== 'word' && kind !== 'quoted') return undefined
  const least = before === 'schema' ? 0 : before === 'column' || before === 'by' ? 2 : 1
  const parts = cursor.isSymbol('.', 1) ? (cursor.isSymbol('.', 3) ? 2 : 1) : 0
  return parts < least ? undefined : identifierName(cursor.source())
}

/** The membership of a role has no ON; other privileges than those of a database or tablespace, and of other schemas, are in a dump. */
function ofGrant(text: string, schema: string): Effect {
  const cursor = new Cursor(text)
  cursor.skip()
  const isOnObject = cursor.skipUntil((word) => word === 'on')
  const word = isOnObject ? cursor.word(1) : ''
  if (!isOnObject || word === 'database' || word === 'tablespace' || word === 'parameter') return { effect: 'after', ofServer: true }
  return { effect: ['language', 'foreign', 'large'].includes(word) || isOfOther(text, schema) ? 'after' : 'schema', ofServer: false }
}

function hasWords(text: string, first: string, second: string): boolean {
  const cursor = new Cursor(text)
  for (; !cursor.atEnd; cursor.skip()) if (cursor.word() === first && cursor.word(1) === second) return true
  return false
}

function namesIn({ kind: { verb, object }, text }: ParsedStatement): Set<string> {
  if (object !== undefined && verb.startsWith('CREATE')) return new Set([object.name])
  if (object !== undefined && verb === 'ALTER TABLE') return new Set([object.table ?? object.name])
  const names = new Set<string>()
  const cursor = new Cursor(text)
  while (!cursor.atEnd) {
    const name = cursor.name()
    if (name === undefined) cursor.skip()
    else names.add(name.name)
  }
  return names
}
