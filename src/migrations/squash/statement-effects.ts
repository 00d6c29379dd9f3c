import { Cursor } from '../../sqltext/lexer/cursor.ts'
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
   * `schema`: objects that a dump contains. `rows`: rows, or what only a run shows. `before`, `after`: what a dump does not contain, and
   * what is kept before or after it. `none`: settings of the session.
   */
  effect: 'schema' | 'rows' | 'before' | 'after' | 'none'
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
  if (action === 'GRANT' || action === 'REVOKE') return ofGrant(text)
  if (!CHANGES.has(action)) return { effect: 'rows', ofServer: false }
  const words = action === 'COMMENT' ? new Cursor(text.replace(/^\s*comment\s+on/i, '')).word().toUpperCase() : rest.join(' ')
  if (SERVER_WIDE.test(words)) return { effect: 'before', ofServer: true }
  if (EARLY.test(words)) return { effect: 'before', ofServer: false }
  if (LATE.test(words)) return { effect: 'after', ofServer: false }
  const isElsewhere = object?.schema !== undefined && object.schema !== schema && object.schema !== 'pg_temp'
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
const EARLY = /^(?:SCHEMA|LANGUAGE|PROCEDURAL|TRUSTED|FOREIGN DATA|SERVER|USER MAPPING|ACCESS|TRANSFORM|FOREIGN SCHEMA|LABEL|LARGE)\b/
const LATE = /^(?:PUBLICATION|SUBSCRIPTION|EVENT)\b/
const NOT_COVERED = /^(?:OPERATOR (?:CLASS|FAMILY)|TEXT SEARCH (?:PARSER|TEMPLATE))\b/

/** The membership of a role has no ON; other privileges than those of a database or tablespace are in a dump. */
function ofGrant(text: string): Effect {
  const cursor = new Cursor(text)
  cursor.skip()
  const isOnObject = cursor.skipUntil((word) => word === 'on')
  const word = isOnObject ? cursor.word(1) : ''
  if (!isOnObject || word === 'database' || word === 'tablespace' || word === 'parameter') return { effect: 'after', ofServer: true }
  return { effect: ['language', 'foreign', 'large'].includes(word) ? 'after' : 'schema', ofServer: false }
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
