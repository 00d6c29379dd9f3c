import type { Cursor, QualifiedName } from '../lexer/cursor.ts'
import { readTarget } from '../statements/alter.ts'
import { readObjectKind } from '../statements/object-kinds.ts'
import { isConstraint, readColumn, readConstraint, type ColumnDefinition, type ConstraintDefinition } from './definitions.ts'

/** One of the actions of an ALTER TABLE, with its UTF-16 offset in the statement. */
export type AlterAction = { offset: number } & (
  | { does: 'add column'; column: ColumnDefinition }
  | { does: 'add constraint'; constraint: ConstraintDefinition }
  | { does: NamedAction; name?: QualifiedName | undefined }
)

export type NamedAction =
  | 'attach partition'
  | 'detach partition'
  | 'drop column'
  | 'drop not null'
  | 'rename column'
  | 'rename table'
  | 'set access method'
  | 'set expression'
  | 'set logged'
  | 'set not null'
  | 'set schema'
  | 'set tablespace'
  | 'set type'
  | 'set unlogged'
  | 'validate constraint'
  | 'other'

export interface AlterStatement {
  /** Absent for ALTER TABLE ALL IN TABLESPACE. */
  table?: QualifiedName | undefined
  actions: AlterAction[]
}

/** Reads an ALTER TABLE, and those actions of ALTER INDEX, VIEW, MATERIALIZED VIEW and FOREIGN TABLE that have the same syntax. */
export function readAlterActions(cursor: Cursor): AlterStatement {
  cursor.accept('alter')
  readObjectKind(cursor)
  const table = readTarget(cursor)
  if (table === undefined) cursor.skipUntil((word) => word === 'set')
  const actions: AlterAction[] = []
  while (!cursor.atEnd) {
    actions.push(readAction(cursor))
    while (!cursor.atEnd && !cursor.isSymbol(',')) cursor.skipItem()
    cursor.acceptSymbol(',')
  }
  return { table, actions }
}

/** The name of the column, constraint or partition, or the new name or schema of the table. */
export function nameIn(action: AlterAction): QualifiedName | undefined {
  return 'name' in action ? action.name : undefined
}

function readAction(cursor: Cursor): AlterAction {
  const offset = cursor.peek().start
  if (cursor.accept('add')) {
    const constraint = isConstraint(cursor) ? readConstraint(cursor) : undefined
    if (constraint !== undefined) return { does: 'add constraint', offset, constraint }
    cursor.accept('column')
    return { does: 'add column', offset, column: readColumn(cursor) }
  }
  return { offset, ...(readColumnAction(cursor) ?? readTableAction(cursor)) }
}

type Named = { does: NamedAction; name?: QualifiedName | undefined }

/** `DROP [COLUMN] ...`, `ALTER [COLUMN] ...`, `RENAME [COLUMN] ...`; COLUMN, CONSTRAINT and TO are reserved, so no column has such a name. */
function readColumnAction(cursor: Cursor): Named | undefined {
  if (/^(?:constraint|to)$/.test(cursor.word(1))) return undefined
  if (cursor.accept('drop')) {
    cursor.accept('column')
    cursor.accept('if exists')
    return { does: 'drop column', name: cursor.name() }
  }
  if (cursor.accept('rename')) {
    cursor.accept('column')
    return { does: 'rename column', name: cursor.name() }
  }
  if (!cursor.accept('alter')) return undefined
  cursor.accept('column')
  const name = cursor.name()
  return { does: COLUMN_CHANGES.find(([words]) => cursor.accept(words))?.[1] ?? 'other', name }
}

const COLUMN_CHANGES: readonly (readonly [words: string, does: NamedAction])[] = [
  ['drop not null', 'drop not null'],
  ['set not null', 'set not null'],
  ['set data type', 'set type'],
  ['type', 'set type'],
  ['set expression', 'set expression'],
]

function readTableAction(cursor: Cursor): Named {
  const found = TABLE_CHANGES.find(([words]) => cursor.accept(words))
  if (found !== undefined) {
    const name = cursor.name()
    // DETACH PARTITION ... CONCURRENTLY and FINALIZE take a weaker lock
    const isConcurrent = found[1] === 'detach partition' && (cursor.word() === 'concurrently' || cursor.word() === 'finalize')
    return { does: isConcurrent ? 'other' : found[1], name }
  }
  return { does: 'other' }
}

const TABLE_CHANGES: readonly (readonly [words: string, does: NamedAction])[] = [
  ['attach partition', 'attach partition'],
  ['detach partition', 'detach partition'],
  ['rename to', 'rename table'],
  ['set access method', 'set access method'],
  ['set logged', 'set logged'],
  ['set schema', 'set schema'],
  ['set tablespace', 'set tablespace'],
  ['set unlogged', 'set unlogged'],
  ['validate constraint', 'validate constraint'],
]
