import { Cursor } from '../../sqltext/lexer/cursor.ts'
import { readObjectKind } from '../../sqltext/statements/object-kinds.ts'
import { readAggregateParameters, readParameters } from '../../sqltext/statements/parameters.ts'
import { beside, CreatedObjects, lastPart, readItem, readName, readParts, RELATIONS, type InputTypes } from './created-objects.ts'
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
  const created = new CreatedObjects()
  const undo: string[] = []
  const without: NoInverse[] = []
  for (const statement of statements) {
    const result = inverseOfStatement(statement, created)
    if ('reason' in result) without.push({ statement, reason: result.reason })
    else undo.push(...result.undo)
  }
  return without.length > 0 ? { without } : { statements: undo.toReversed() }
}

/** `undo`: the last one is to be done first; empty when nothing is to be done. */
type Result = { undo: string[] } | { reason: string }

const NOTHING: Result = { undo: [] }

function none(reason: string): Result {
  return { reason }
}

function inverseOfStatement(statement: ParsedStatement, created: CreatedObjects): Result {
  const cursor = new Cursor(statement.text)
  if (cursor.accept('create')) return ofCreate(statement, cursor, created)
  if (cursor.accept('alter')) return ofAlter(statement, cursor, created)
  if (cursor.accept('comment on')) return ofComment(cursor, created)
  if (cursor.word() === 'grant' || cursor.word() === 'revoke') return ofGrant(cursor, created)
  if (cursor.word() === 'set' && cursor.skipUntil((word) => word === 'search_path'))
    return none('the names in the file depend on it: qualify them')
  cursor.rewind()
  if (/^(?:analyze|reset|set|show)$/.test(cursor.word())) return NOTHING
  if (cursor.accept('truncate')) return ofTruncate(cursor, created)
  if (ROWS.some((phrase) => cursor.accept(phrase))) return ofRows(cursor, created)
  if (cursor.word() === 'drop') return none('what it drops is gone')
  return none('what it does cannot be seen from its text')
}

/** Rows of a table that the file creates go with it, unless the statement also writes rows of another one. */
function ofRows(cursor: Cursor, created: CreatedObjects): Result {
  cursor.accept('only')
  const unknown = none(ROWS_BEFORE)
  if (!created.has('table', readName(cursor))) return unknown
  for (; !cursor.atEnd; cursor.skip()) {
    if (cursor.accept('do update') || cursor.accept('for update')) continue
    if (/^(?:delete|insert|merge|update)$/.test(cursor.word()) && !cursor.isSymbol('(', 1)) return unknown
  }
  return NOTHING
}

const ROWS_BEFORE = 'the rows before are not known'

const ROWS = ['insert into', 'update', 'delete from', 'merge into', 'copy']

function ofTruncate(cursor: Cursor, created: CreatedObjects): Result {
  cursor.accept('table')
  do {
    cursor.accept('only')
    if (!created.has('table', readName(cursor))) return none(ROWS_BEFORE)
    cursor.acceptSymbol('*')
  } while (cursor.acceptSymbol(','))
  return cursor.skipUntil((word) => word === 'cascade') ? none(ROWS_BEFORE) : NOTHING
}

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

function ofCreate(statement: ParsedStatement, cursor: Cursor, created: CreatedObjects): Result {
  const { kind: definition } = statement
  const { object, verb, ifNotExists, orReplace } = definition
  if (object?.schema === 'pg_temp') return NOTHING
  const kind = object?.kind ?? (verb === 'CREATE INDEX' ? 'index' : undefined)
  if (kind === undefined) return none(NAMELESS)
  while (!cursor.atEnd && readObjectKind(cursor)?.kind !== kind) cursor.skip()
  const isConcurrent = cursor.accept('concurrently')
  if (orReplace) return none('OR REPLACE: the definition before is not known')
  if (ifNotExists) return none('IF NOT EXISTS: the object may have existed before')
  if (['index', 'policy', 'rule', 'trigger'].includes(kind)) return ofPart(statement, kind, isConcurrent, cursor, created)
  if (kind === 'schema' && cursor.word() === 'authorization') return none(NAMELESS)
  const name = readName(cursor)
  if (isRoutine(kind)) {
    const list = kind === 'aggregate' ? cursor.group() : (object?.inputTypes ?? []).join(', ')
    if (kind === 'aggregate' && list.includes('=')) return none('write its arguments in parentheses of their own')
    created.add(kind, name, object?.inputTypes)
    return { undo: [`DROP ${kind.toUpperCase()} ${name}(${list})`] }
  }
  if (!DROPPED_BY_NAME.has(kind)) return none(`the way back from CREATE ${kind.toUpperCase()} is not known here`)
  if (kind === 'schema' && (definition.existsCodes.length === 0 || name === '')) return none('it creates more than the schema')
  if (kind === 'extension' && cursor.skipUntil((word) => word === 'cascade')) return none('CASCADE: it may create other extensions')
  created.add(kind, name)
  return { undo: [`DROP ${kind.toUpperCase()} ${name}`] }
}

/**
 * `name ... ON table`: gone with a table that the file creates, unless it can need an object that is dropped before. An index is in the
 * schema of its table.
 */
function ofPart({ text }: ParsedStatement, kind: string, isConcurrent: boolean, cursor: Cursor, created: CreatedObjects): Result {
  const name = cursor.word() === 'on' ? '' : readName(cursor)
  cursor.skipUntil((word) => word === (kind === 'rule' ? 'to' : 'on'))
  cursor.skip()
  cursor.accept('only')
  const table = readName(cursor)
  if (created.hasRelation(table) && !created.hasLater(text, RELATIONS, table)) return NOTHING
  if (name === '') return none(NAMELESS)
  if (kind !== 'index') return { undo: [`DROP ${kind.toUpperCase()} ${name} ON ${table}`] }
  return { undo: [`DROP INDEX ${isConcurrent ? 'CONCURRENTLY ' : ''}${beside(table, name)}`] }
}

/** `ALTER kind name action, action`. */
function ofAlter({ text }: ParsedStatement, cursor: Cursor, created: CreatedObjects): Result {
  const found = readObjectKind(cursor)
  if (found === undefined) return none(UNKNOWN)
  const { kind, words } = found
  if (cursor.accept('if exists')) return none('IF EXISTS: it may have changed nothing')
  cursor.accept('only')
  const name = readName(cursor)
  if (isRoutine(kind)) {
    const parameters = cursor.isSymbol('(') ? `(${cursor.group()})` : ''
    const types = readTypes(kind, cursor)
    if (cursor.accept('rename to')) return renamed(kind, name, { parameters, types }, readName(cursor), created)
    return created.has(kind, name, types) && !created.hasLater(text, [kind], name) ? NOTHING : none(UNKNOWN)
  }
  cursor.acceptSymbol('*')
  if (cursor.accept('rename to')) return renamed(kind, name, { parameters: '', types: undefined }, readName(cursor), created)
  const kinds = kind === 'table' ? RELATIONS : [kind]
  const isCreated = kinds.some((one) => created.has(one, name))
  const needsLater = isCreated && created.hasLater(text, kinds, name)
  return ofActions({ object: `${words.toUpperCase()} ${name}`, isCreated, needsLater }, cursor, created)
}

function isRoutine(kind: string): boolean {
  return kind === 'function' || kind === 'procedure' || kind === 'aggregate'
}

/** Steps over the parameters of a routine, if they are written. */
function readTypes(kind: string, cursor: Cursor): InputTypes {
  return (kind === 'aggregate' ? readAggregateParameters(cursor) : readParameters(cursor))?.inputTypes
}

/** Later statements of the file use the new name, which is in the same schema. */
function renamed(
  kind: string,
  name: string,
  { parameters, types }: { parameters: string; types: InputTypes },
  to: string,
  created: CreatedObjects,
): Result {
  const now = beside(name, to)
  created.rename(kind, name, now, types)
  return { undo: [`ALTER ${kind.toUpperCase()} ${now}${parameters} RENAME TO ${lastPart(name)}`] }
}

const UNKNOWN = 'the state before is not known'

const LATER = 'it may need an object that the file creates later: create that one first'

interface Altered {
  /** Kind and name. */
  object: string
  /** Dropping the object undoes every action on it alone. */
  isCreated: boolean
  /** The actions can need an object that is dropped before this one. */
  needsLater: boolean
}

/** Columns are dropped after the constraints, which can need several of them. */
function ofActions(altered: Altered, cursor: Cursor, created: CreatedObjects): Result {
  const undo: string[] = []
  for (let first = true; first || cursor.acceptSymbol(','); first = false) {
    const result = ofAction(altered, cursor, created)
    if ('reason' in result) return result
    undo.push(...result.undo)
    while (!cursor.atEnd && !cursor.isSymbol(',')) cursor.skipItem()
  }
  const isConstraint = (statement: string): boolean => statement.startsWith(`ALTER ${altered.object} DROP CONSTRAINT `)
  return { undo: [...undo.filter((statement) => !isConstraint(statement)), ...undo.filter(isConstraint)] }
}

function ofAction(altered: Altered, cursor: Cursor, created: CreatedObjects): Result {
  const { object, isCreated, needsLater } = altered
  const alter = (action: string): Result => ({ undo: [`ALTER ${object} ${action}`] })
  if (cursor.accept('set schema')) return none('its schema before is not known')
  if (cursor.accept('attach partition')) {
    if (!object.startsWith('TABLE ')) return none('an index cannot be detached')
    const partition = readName(cursor)
    return created.hasRelation(partition) ? alter(`DETACH PARTITION ${partition}`) : none('the indexes that the partition gets stay')
  }
  if (isCreated && !needsLater) return NOTHING
  if (cursor.accept('inherit')) return alter(`NO INHERIT ${readName(cursor)}`)
  if (cursor.accept('add')) return ofAdd(altered, cursor)
  if (isCreated) return ofNeed(alter, cursor)
  for (const part of ['VALUE', 'CONSTRAINT', 'ATTRIBUTE', 'COLUMN']) {
    if (cursor.accept(`rename ${part.toLowerCase()}`)) return alter(renameBack(part, cursor))
  }
  return cursor.accept('rename') ? alter(renameBack('COLUMN', cursor)) : none(UNKNOWN)
}

/** What makes a created object need another one; the object is dropped later, so what it was before does not matter. */
function ofNeed(alter: (action: string) => Result, cursor: Cursor): Result {
  if (cursor.accept('owned by')) return alter('OWNED BY NONE')
  if (cursor.accept('owner to') || cursor.accept('of')) return none(LATER)
  if (!cursor.accept('alter')) return NOTHING
  cursor.accept('column')
  const column = readItem(cursor)
  if (cursor.accept('set default')) return alter(`ALTER COLUMN ${column} DROP DEFAULT`)
  return cursor.accept('type') || cursor.accept('set data type') ? none(LATER) : NOTHING
}

/** `from TO to`. */
function renameBack(part: string, cursor: Cursor): string {
  const from = readItem(cursor)
  cursor.accept('to')
  return `RENAME ${part} ${readItem(cursor)} TO ${from}${cascade(cursor)}`
}

/** Of an attribute of a type: tables of this type change too. */
function cascade(cursor: Cursor): string {
  while (!cursor.atEnd && !cursor.isSymbol(',') && cursor.word() !== 'cascade') cursor.skipItem()
  return cursor.accept('cascade') ? ' CASCADE' : ''
}

function ofAdd({ object, isCreated }: Altered, cursor: Cursor): Result {
  const drop = (part: string): Result =>
    cursor.accept('if not exists')
      ? none('IF NOT EXISTS: it may have existed before')
      : { undo: [`ALTER ${object} DROP ${part} ${readName(cursor)}${part === 'ATTRIBUTE' ? cascade(cursor) : ''}`] }
  if (cursor.accept('value')) return isCreated ? NOTHING : none('PostgreSQL cannot remove a value of an enum')
  if (cursor.accept('attribute')) return drop('ATTRIBUTE')
  if (cursor.accept('constraint')) {
    const name = readName(cursor)
    if (cursor.word() === 'primary' && !isCreated) return none('without the primary key its columns stay NOT NULL')
    if (cursor.accept('unique using index')) return none('the index gets the name of the constraint')
    return { undo: [`ALTER ${object} DROP CONSTRAINT ${name}`] }
  }
  const isExclusion = cursor.word() === 'exclude' && (cursor.word(1) === 'using' || cursor.isSymbol('(', 1))
  if (isExclusion || /^(?:check|foreign|not|primary|unique)$/.test(cursor.word()))
    return none('the server chooses the name of the constraint: name it')
  cursor.accept('column')
  return drop('COLUMN')
}

function ofComment(cursor: Cursor, created: CreatedObjects): Result {
  const isCreated = concerns(cursor, created)
  return isCreated ? NOTHING : none('the comment before is not known')
}

/** Whether the object (`TABLE t`, `COLUMN t.c`, `TRIGGER x ON t`, `FUNCTION f(int)`) is one that the file creates, or a part of one. */
function concerns(cursor: Cursor, created: CreatedObjects): boolean {
  if (cursor.accept('column')) {
    return created.hasRelation(readParts(cursor).slice(0, -1).join('.'))
  }
  if (/^(?:constraint|policy|rule|trigger)$/.test(cursor.word())) {
    cursor.skipUntil((word) => word === 'on')
    cursor.skip()
    return created.hasRelation(readName(cursor))
  }
  const kind = readObjectKind(cursor)?.kind
  if (kind === undefined) return false
  const name = readName(cursor)
  return created.has(kind, name, isRoutine(kind) ? readTypes(kind, cursor) : undefined)
}

/** `GRANT ... ON [TABLE] names TO ...`. */
function ofGrant(cursor: Cursor, created: CreatedObjects): Result {
  const unknown = none('the privileges before are not known')
  if (!cursor.skipUntil((word) => word === 'on')) return unknown
  cursor.skip()
  if (cursor.word() === 'all') return unknown
  const kind = readObjectKind(cursor)?.kind ?? 'table'
  const kinds = kind === 'table' ? RELATIONS : [kind]
  const names: string[] = []
  do {
    const name = readName(cursor)
    const types = isRoutine(kind) ? readTypes(kind, cursor) : undefined
    if (!kinds.some((one) => created.has(one, name, types))) return unknown
    names.push(name)
  } while (cursor.acceptSymbol(','))
  const roles = cursor.textUntil('')
  return names.some((name) => created.hasLater(roles, kinds, name)) ? none(LATER) : NOTHING
}
