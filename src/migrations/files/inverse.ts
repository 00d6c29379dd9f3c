import { Cursor } from '../../sqltext/lexer/cursor.ts'
import { readObjectKind } from '../../sqltext/statements/object-kinds.ts'
import type { ParsedMigration, ParsedStatement } from './parse-migration.ts'

/** A statement without an exact inverse, and why. */
export interface NoInverse {
  statement: ParsedStatement
  reason: string
}

/** The statements that undo a migration, in order; or the statements that have no exact inverse. */
export type Inverse = { statements: string[] } | { without: NoInverse[] }

/**
 * The exact inverse of a migration, from its text alone: afterwards the schema is what it was before. A statement whose inverse
 * depends on what was there before (DROP, SET DEFAULT, OR REPLACE, IF NOT EXISTS, UPDATE, ...) has none, unless it only concerns an
 * object that the same file creates, which is dropped as a whole.
 */
export function inverseOf({ statements }: Pick<ParsedMigration, 'statements'>): Inverse {
  const created = new Created()
  const undo: string[] = []
  const without: NoInverse[] = []
  for (const statement of statements) {
    const result = inverseOfStatement(statement, created)
    if ('reason' in result) without.push({ statement, reason: result.reason })
    else undo.push(...result.undo.toReversed())
  }
  return without.length > 0 ? { without } : { statements: undo.toReversed() }
}

/** `undo`: in the order of the actions of the statement; empty when nothing is to be done. */
type Result = { undo: string[] } | { reason: string }

const NOTHING: Result = { undo: [] }

function none(reason: string): Result {
  return { reason }
}

/** The objects that the file creates, by kind and name as written. Dropping one removes all that the file does to it. */
class Created {
  readonly #names = new Set<string>()

  add(kind: string, name: string): void {
    this.#names.add(`${kind} ${fold(name)}`)
  }

  has(kind: string, name: string): boolean {
    return this.#names.has(`${kind} ${fold(name)}`)
  }

  /** Whether it is a relation of any kind: GRANT and INSERT do not say which. */
  hasRelation(name: string): boolean {
    return RELATIONS.some((kind) => this.has(kind, name))
  }
}

/** Unquoted words are the same in any case. */
function fold(name: string): string {
  return name.includes('"') ? name : name.toLowerCase()
}

const RELATIONS = ['table', 'foreign table', 'view', 'materialized view', 'sequence']

function inverseOfStatement(statement: ParsedStatement, created: Created): Result {
  const cursor = new Cursor(statement.text)
  if (cursor.accept('create')) return ofCreate(statement, cursor, created)
  if (cursor.accept('alter')) return ofAlter(cursor, created)
  if (cursor.accept('comment on')) return ofComment(cursor, created)
  if (cursor.word() === 'grant' || cursor.word() === 'revoke') return ofGrant(cursor, created)
  if (cursor.word() === 'set' && cursor.skipUntil((word) => word === 'search_path'))
    return none('the names in the file depend on it: qualify them')
  cursor.rewind()
  if (/^(?:analyze|reset|set|show)$/.test(cursor.word())) return NOTHING
  if (ROWS.some((phrase) => cursor.accept(phrase))) return ofRows(cursor, created)
  if (cursor.word() === 'drop') return none('what it drops is gone')
  return none('what it does cannot be seen from its text')
}

/** Rows of a table that the file creates go with it, unless the statement also writes rows of another one. */
function ofRows(cursor: Cursor, created: Created): Result {
  cursor.accept('only')
  const unknown = none('the rows before are not known')
  if (!created.has('table', readName(cursor))) return unknown
  for (; !cursor.atEnd; cursor.skip()) {
    if (cursor.accept('do update') || cursor.accept('for update')) continue
    if (/^(?:delete|insert|merge|update)$/.test(cursor.word()) && !cursor.isSymbol('(', 1)) return unknown
  }
  return NOTHING
}

const ROWS = ['insert into', 'update', 'delete from', 'merge into', 'copy', 'truncate table', 'truncate']

const NAMELESS = 'the server chooses its name: name it'

/** Kinds that `DROP kind name` removes. */
const DROPPED_BY_NAME: ReadonlySet<string> = new Set([
  ...RELATIONS,
  'access method',
  'collation',
  'conversion',
  'domain',
  'event trigger',
  'extension',
  'foreign data wrapper',
  'publication',
  'role',
  'schema',
  'server',
  'statistics',
  'text search configuration',
  'text search dictionary',
  'text search parser',
  'text search template',
  'type',
])

function ofCreate({ kind: definition }: ParsedStatement, cursor: Cursor, created: Created): Result {
  const { object, verb, ifNotExists, orReplace } = definition
  if (object?.schema === 'pg_temp') return NOTHING
  const kind = object?.kind ?? (verb === 'CREATE INDEX' ? 'index' : undefined)
  if (kind === undefined) return none(NAMELESS)
  while (!cursor.atEnd && readObjectKind(cursor)?.kind !== kind) cursor.skip()
  const isConcurrent = cursor.accept('concurrently')
  if (orReplace) return none('OR REPLACE: the definition before is not known')
  if (ifNotExists) return none('IF NOT EXISTS: the object may have existed before')
  if (['index', 'policy', 'rule', 'trigger'].includes(kind)) return ofPart(kind, isConcurrent, cursor, created)
  const name = readName(cursor)
  if (kind === 'function' || kind === 'procedure' || kind === 'aggregate') {
    const types = object?.inputTypes ?? []
    created.add(kind, name)
    return { undo: [`DROP ${kind.toUpperCase()} ${name}(${kind === 'aggregate' && types.length === 0 ? '*' : types.join(', ')})`] }
  }
  if (!DROPPED_BY_NAME.has(kind)) return none(`the way back from CREATE ${kind.toUpperCase()} is not known here`)
  if (kind === 'schema' && (definition.existsCodes.length === 0 || name === '')) return none('it creates more than the schema')
  created.add(kind, name)
  return { undo: [`DROP ${kind.toUpperCase()} ${name}`] }
}

/** `name ... ON table`: gone with a table that the file creates. An index is in the schema of its table. */
function ofPart(kind: string, isConcurrent: boolean, cursor: Cursor, created: Created): Result {
  const name = cursor.word() === 'on' ? '' : readName(cursor)
  cursor.skipUntil((word) => word === (kind === 'rule' ? 'to' : 'on'))
  cursor.skip()
  cursor.accept('only')
  const table = readName(cursor)
  if (created.hasRelation(table)) return NOTHING
  if (name === '') return none(NAMELESS)
  if (kind !== 'index') return { undo: [`DROP ${kind.toUpperCase()} ${name} ON ${table}`] }
  return { undo: [`DROP INDEX ${isConcurrent ? 'CONCURRENTLY ' : ''}${beside(table, name)}`] }
}

/** `ALTER kind name action, action`. */
function ofAlter(cursor: Cursor, created: Created): Result {
  const found = readObjectKind(cursor)
  if (found === undefined) return none(UNKNOWN)
  const { kind, words } = found
  if (cursor.accept('if exists')) return none('IF EXISTS: it may have changed nothing')
  cursor.accept('only')
  const name = readName(cursor)
  if (kind === 'function' || kind === 'procedure' || kind === 'aggregate') {
    const parameters = cursor.isSymbol('(') ? `(${cursor.group()})` : ''
    if (parameters !== '') cursor.skipItem()
    if (cursor.accept('rename to')) return renamed(kind, name, parameters, readName(cursor), created)
    return created.has(kind, name) ? NOTHING : none(UNKNOWN)
  }
  cursor.acceptSymbol('*')
  const isCreated = created.has(kind, name) || (kind === 'table' && created.hasRelation(name))
  if (cursor.accept('rename to')) return renamed(kind, name, '', readName(cursor), created)
  return ofActions(`${words.toUpperCase()} ${name}`, cursor, isCreated)
}

/** Later statements of the file use the new name, which is in the same schema. */
function renamed(kind: string, name: string, parameters: string, to: string, created: Created): Result {
  const now = beside(name, to)
  if (created.has(kind, name)) created.add(kind, now)
  return { undo: [`ALTER ${kind.toUpperCase()} ${now}${parameters} RENAME TO ${lastPart(name)}`] }
}

const UNKNOWN = 'the state before is not known'

/** `object`: kind and name. `isCreated`: dropping the object undoes every action on it alone. */
function ofActions(object: string, cursor: Cursor, isCreated: boolean): Result {
  const undo: string[] = []
  for (let first = true; first || cursor.acceptSymbol(','); first = false) {
    const result = ofAction(object, cursor, isCreated)
    if ('reason' in result) return result
    undo.push(...result.undo)
    while (!cursor.atEnd && !cursor.isSymbol(',')) cursor.skipItem()
  }
  return { undo }
}

function ofAction(object: string, cursor: Cursor, isCreated: boolean): Result {
  const alter = (action: string): Result => ({ undo: [`ALTER ${object} ${action}`] })
  if (cursor.accept('set schema')) return none('its schema before is not known')
  if (cursor.accept('attach partition'))
    return object.startsWith('TABLE ') ? alter(`DETACH PARTITION ${readName(cursor)}`) : none('an index cannot be detached')
  if (isCreated) return NOTHING
  for (const part of ['VALUE', 'CONSTRAINT', 'ATTRIBUTE', 'COLUMN']) {
    if (cursor.accept(`rename ${part.toLowerCase()}`)) return alter(renameBack(part, cursor))
  }
  if (cursor.accept('rename')) return alter(renameBack('COLUMN', cursor))
  if (cursor.accept('inherit')) return alter(`NO INHERIT ${readName(cursor)}`)
  return cursor.accept('add') ? ofAdd(object, cursor) : none(UNKNOWN)
}

/** `from TO to`. */
function renameBack(part: string, cursor: Cursor): string {
  const from = readItem(cursor)
  cursor.accept('to')
  return `RENAME ${part} ${readItem(cursor)} TO ${from}`
}

function ofAdd(object: string, cursor: Cursor): Result {
  const drop = (part: string): Result =>
    cursor.accept('if not exists')
      ? none('IF NOT EXISTS: it may have existed before')
      : { undo: [`ALTER ${object} DROP ${part} ${readName(cursor)}`] }
  if (cursor.accept('value')) return none('PostgreSQL cannot remove a value of an enum')
  if (cursor.accept('attribute')) return drop('ATTRIBUTE')
  if (cursor.accept('constraint')) {
    const name = readName(cursor)
    if (cursor.word() === 'primary') return none('without the primary key its columns stay NOT NULL')
    if (cursor.accept('unique using index')) return none('the index gets the name of the constraint')
    return { undo: [`ALTER ${object} DROP CONSTRAINT ${name}`] }
  }
  const isExclusion = cursor.word() === 'exclude' && (cursor.word(1) === 'using' || cursor.isSymbol('(', 1))
  if (isExclusion || /^(?:check|foreign|not|primary|unique)$/.test(cursor.word()))
    return none('the server chooses the name of the constraint: name it')
  cursor.accept('column')
  return drop('COLUMN')
}

function ofComment(cursor: Cursor, created: Created): Result {
  const isCreated = concerns(cursor, created)
  return isCreated ? NOTHING : none('the comment before is not known')
}

/** Whether the object (`TABLE t`, `COLUMN t.c`, `TRIGGER x ON t`, `FUNCTION f(int)`) is one that the file creates, or a part of one. */
function concerns(cursor: Cursor, created: Created): boolean {
  if (cursor.accept('column')) {
    return created.hasRelation(readParts(cursor).slice(0, -1).join('.'))
  }
  if (/^(?:constraint|policy|rule|trigger)$/.test(cursor.word())) {
    cursor.skipUntil((word) => word === 'on')
    cursor.skip()
    return created.hasRelation(readName(cursor))
  }
  const kind = readObjectKind(cursor)?.kind
  return kind !== undefined && created.has(kind, readName(cursor))
}

/** `GRANT ... ON [TABLE] names TO ...`. */
function ofGrant(cursor: Cursor, created: Created): Result {
  const unknown = none('the privileges before are not known')
  if (!cursor.skipUntil((word) => word === 'on')) return unknown
  cursor.skip()
  if (cursor.word() === 'all') return unknown
  const kind = readObjectKind(cursor)?.kind ?? 'table'
  do {
    const name = readName(cursor)
    if (kind === 'table' ? !created.hasRelation(name) : !created.has(kind, name)) return unknown
    if (cursor.isSymbol('(')) cursor.skipItem()
  } while (cursor.acceptSymbol(','))
  return NOTHING
}

/** Steps over a name; its text as written, which is right in another statement too. */
function readName(cursor: Cursor): string {
  return readParts(cursor).join('.')
}

function readParts(cursor: Cursor): string[] {
  const parts: string[] = []
  do parts.push(readItem(cursor))
  while (cursor.acceptSymbol('.'))
  return parts
}

function readItem(cursor: Cursor): string {
  const text = cursor.source()
  cursor.skip()
  return text
}

/** `s.t` -> `t`. */
function lastPart(name: string): string {
  return readParts(new Cursor(name)).at(-1) ?? name
}

/** The name `to` in the schema of `name`: `s.t`, `u` -> `s.u`. */
function beside(name: string, to: string): string {
  return [...readParts(new Cursor(name)).slice(0, -1), to].join('.')
}
