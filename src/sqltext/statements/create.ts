import type { Cursor, QualifiedName } from '../lexer/cursor.ts'
import { identifierName } from '../lexer/identifiers.ts'
import { duplicateCode, readObjectKind, type ObjectKind, type SqlObject } from './object-kinds.ts'
import { readAggregateParameters, readOperands, readParameters, type Parameters } from './parameters.ts'

/** What the leading tokens of a statement show. */
export interface Definition {
  /** In capitals: `CREATE TABLE`, `ALTER TABLE`, `DROP INDEX`, `INSERT`, ...; empty when the statement has no word. */
  verb: string
  /** The object that a CREATE or a single ALTER ... ADD creates; for other forms of ALTER TABLE the table. Absent when it has no name. */
  object?: SqlObject
  /**
   * The SQLSTATEs that mean "the object already exists". A code is no proof: the server raises the same code for an object
   * of another kind, and for a constraint inside a CREATE TABLE. Look the object up.
   */
  existsCodes: readonly string[]
  ifNotExists: boolean
  orReplace: boolean
}

/** Reads a statement after the word CREATE. */
export function readCreate(cursor: Cursor): Definition {
  const orReplace = cursor.accept('or replace')
  let isTemporary = false
  while (MODIFIERS.has(cursor.word())) {
    isTemporary ||= cursor.word().startsWith('temp')
    cursor.skip()
  }
  const found = readObjectKind(cursor)
  if (found === undefined)
    return { verb: `CREATE ${cursor.word()}`.trimEnd().toUpperCase(), existsCodes: [], ifNotExists: false, orReplace }

  const { words, kind } = found
  if (kind === 'index') cursor.accept('concurrently')
  const ifNotExists = cursor.accept('if not exists')
  const object = readObject(kind, cursor)
  if (object !== undefined && isTemporary) object.schema ??= 'pg_temp'
  const code = duplicateCode(kind)
  // a skipped OR REPLACE would keep the old definition. IF NOT EXISTS can be skipped: when two sessions create the same name
  // at the same time, the second one gets the same code
  const canSkip = object !== undefined && code !== undefined && !orReplace && !(kind === 'schema' && hasSchemaElements(cursor))
  return {
    verb: `CREATE ${words}`.toUpperCase(),
    ...(object === undefined ? {} : { object }),
    existsCodes: canSkip ? [code] : [],
    ifNotExists,
    orReplace,
  }
}

const MODIFIERS = new Set([
  'constraint',
  'default',
  'global',
  'local',
  'procedural',
  'recursive',
  'temp',
  'temporary',
  'trusted',
  'unique',
  'unlogged',
])

function readObject(kind: ObjectKind, cursor: Cursor): SqlObject | undefined {
  switch (kind) {
    case 'index':
    case 'policy':
    case 'trigger':
      return readOnTable(kind, cursor, 'on')
    case 'rule':
      return readOnTable(kind, cursor, 'to')
    case 'statistics':
      return cursor.word() === 'on' ? undefined : named(kind, cursor.name())
    case 'schema':
      return readSchema(cursor)
    case 'function':
    case 'procedure':
      return named(kind, cursor.name(), readParameters(cursor))
    case 'aggregate':
      return named(kind, cursor.name(), readAggregateParameters(cursor))
    case 'operator':
      return readOperator(cursor)
    case 'cast':
      return { kind, name: cursor.group() }
    case 'user mapping':
    case 'transform':
      return readFor(kind, cursor, kind === 'transform' ? 'language' : 'server')
    default:
      return named(kind, cursor.name())
  }
}

function named(kind: ObjectKind, name: QualifiedName | undefined, more?: Parameters): SqlObject | undefined {
  return name === undefined ? undefined : { kind, ...name, ...more }
}

/** `name ... ON table` or `name ... TO table`. ON and TO are reserved, so the first one counts. An index can have no name. */
function readOnTable(kind: ObjectKind, cursor: Cursor, preposition: 'on' | 'to'): SqlObject | undefined {
  const own = cursor.word() === preposition ? undefined : cursor.name()
  if (own === undefined || !cursor.skipUntil((word) => word === preposition)) return undefined
  cursor.skip()
  cursor.accept('only')
  const table = cursor.name()
  return table === undefined
    ? undefined
    : { kind, ...own, ...(table.schema === undefined ? {} : { schema: table.schema }), table: table.name }
}

/** `name`, `name AUTHORIZATION role` or `AUTHORIZATION role`, which names the schema after the role. */
function readSchema(cursor: Cursor): SqlObject | undefined {
  const own = cursor.word() === 'authorization' ? undefined : cursor.name()
  if (!cursor.accept('authorization')) return named('schema', own)
  const isSessionRole = /^(current_role|current_user|session_user)$/.test(cursor.word())
  const role = cursor.name()
  return named('schema', own ?? (isSessionRole ? undefined : role))
}

/** CREATE SCHEMA can contain CREATE and GRANT statements, which would be lost if it were skipped. */
function hasSchemaElements(cursor: Cursor): boolean {
  return !cursor.atEnd
}

function readOperator(cursor: Cursor): SqlObject | undefined {
  const schema = cursor.isSymbol('.', 1) ? identifierName(cursor.source()) : undefined
  if (schema !== undefined) cursor.skip(2)
  if (cursor.peek().kind !== 'symbol') return undefined
  const name = cursor.source()
  cursor.skip()
  return { kind: 'operator', ...(schema === undefined ? {} : { schema }), name, ...readOperands(cursor) }
}

/** `FOR user SERVER server`, `FOR type LANGUAGE language`. */
function readFor(kind: ObjectKind, cursor: Cursor, preposition: 'language' | 'server'): SqlObject | undefined {
  if (!cursor.accept('for')) return undefined
  const own = cursor.textUntil(preposition)
  cursor.skip()
  const owner = cursor.name()
  return owner === undefined ? undefined : { kind, name: own, table: owner.name }
}
