import { Cursor } from '../../sqltext/lexer/cursor.ts'
import { readObjectKind } from '../../sqltext/statements/object-kinds.ts'
import { CreatedObjects, readName, readParts, RELATIONS } from './created-objects.ts'
import { inverseOfAlter } from './inverse-of-alter.ts'
import { inverseOfCreate } from './inverse-of-create.ts'
import type { ParsedMigration, ParsedStatement } from './parse-migration.ts'
import { isRoutine, LATER, none, NOTHING, readTypes, type Undo } from './undo.ts'

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

function inverseOfStatement(statement: ParsedStatement, created: CreatedObjects): Undo {
  const cursor = new Cursor(statement.text)
  if (cursor.accept('create')) return inverseOfCreate(statement, cursor, created)
  if (cursor.accept('alter')) return inverseOfAlter(statement, cursor, created)
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
function ofRows(cursor: Cursor, created: CreatedObjects): Undo {
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

function ofTruncate(cursor: Cursor, created: CreatedObjects): Undo {
  cursor.accept('table')
  do {
    cursor.accept('only')
    if (!created.has('table', readName(cursor))) return none(ROWS_BEFORE)
    cursor.acceptSymbol('*')
  } while (cursor.acceptSymbol(','))
  return cursor.skipUntil((word) => word === 'cascade') ? none(ROWS_BEFORE) : NOTHING
}

function ofComment(cursor: Cursor, created: CreatedObjects): Undo {
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
function ofGrant(cursor: Cursor, created: CreatedObjects): Undo {
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
