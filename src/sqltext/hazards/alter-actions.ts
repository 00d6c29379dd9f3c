import { readTarget } from '../statements/alter.ts'
import type { Cursor, QualifiedName } from '../lexer/cursor.ts'
import { readObjectKind } from '../statements/object-kinds.ts'
import { readColumn, type ColumnDefinition } from './column-definition.ts'
import { isConstraint, readConstraint, type ConstraintDefinition } from './constraint-definition.ts'

/** One of the actions of an ALTER TABLE, with its UTF-16 offset in the statement. */
export type AlterAction = { offset: number } & (
  | { does: 'add column'; column: ColumnDefinition }
  | { does: 'add constraint'; constraint: ConstraintDefinition }
  /** `name`: of the column, the constraint or the partition, or the new one of the table or its schema. */
  | { does: NamedAction; name?: QualifiedName | undefined }
)

export type NamedAction =
  | 'attach partition'
  | 'detach partition'
  | 'detach partition concurrently'
  | 'drop column'
  | 'drop not null'
  | 'rename column'
  | 'rename table'
  | 'set access method'
  | 'set expression'
  | 'set logged'
  | 'set not null'
  | 'set schema'
  | 'set statistics'
  | 'set storage parameters'
  | 'set tablespace'
  | 'set type'
  | 'set unlogged'
  | 'switch trigger'
  | 'validate constraint'
  | 'other'

export interface AlterStatement {
  /** Absent for ALTER TABLE ALL IN TABLESPACE. */
  table?: QualifiedName | undefined
  actions: AlterAction[]
}

/** Reads an ALTER TABLE, and what of ALTER INDEX, VIEW, MATERIALIZED VIEW and FOREIGN TABLE is written in the same way. */
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

/** `DROP [COLUMN] ...`, `ALTER [COLUMN] ...`, `RENAME [COLUMN] ...`; COLUMN, CONSTRAINT and TO are reserved, so no column bears such a name. */
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
  return { does: COLUMN_CHANGES.find(([words]) => cursor.accept(words))?.[1] ?? readParameters(cursor) ?? 'other', name }
}

const COLUMN_CHANGES: readonly (readonly [words: string, does: NamedAction])[] = [
  ['drop not null', 'drop not null'],
  ['set not null', 'set not null'],
  ['set data type', 'set type'],
  ['type', 'set type'],
  ['set expression', 'set expression'],
  ['set statistics', 'set statistics'],
]

function readTableAction(cursor: Cursor): Named {
  const found = TABLE_CHANGES.find(([words]) => cursor.accept(words))
  if (found !== undefined) {
    const name = cursor.name()
    const isConcurrent = found[1] === 'detach partition' && (cursor.word() === 'concurrently' || cursor.word() === 'finalize')
    return { does: isConcurrent ? 'detach partition concurrently' : found[1], name }
  }
  return { does: readParameters(cursor) ?? readTriggerSwitch(cursor) ?? 'other' }
}

const TABLE_CHANGES: readonly (readonly [words: string, does: NamedAction])[] = [
  ['attach partition', 'attach partition'],
  ['cluster on', 'set storage parameters'],
  ['detach partition', 'detach partition'],
  ['rename to', 'rename table'],
  ['set access method', 'set access method'],
  ['set logged', 'set logged'],
  ['set schema', 'set schema'],
  ['set tablespace', 'set tablespace'],
  ['set unlogged', 'set unlogged'],
  ['set without cluster', 'set storage parameters'],
  ['validate constraint', 'validate constraint'],
]

/** `SET (...)` and `RESET (...)`, of a table or of a column. */
function readParameters(cursor: Cursor): NamedAction | undefined {
  const stands = /^(?:re)?set$/.test(cursor.word()) && cursor.isSymbol('(', 1)
  if (!stands) return undefined
  cursor.skip()
  // the one parameter that needs the strongest lock
  return /\buser_catalog_table\b/i.test(cursor.group()) ? 'other' : 'set storage parameters'
}

/** `ENABLE [ALWAYS | REPLICA] TRIGGER`, `DISABLE TRIGGER`. */
function readTriggerSwitch(cursor: Cursor): NamedAction | undefined {
  if (!cursor.accept('disable') && !cursor.accept('enable')) return undefined
  return cursor.accept('trigger') || cursor.accept('always trigger') || cursor.accept('replica trigger') ? 'switch trigger' : undefined
}
