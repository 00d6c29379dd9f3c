import { Cursor, type QualifiedName } from '../lexer/cursor.ts'

export type ConstraintType = (typeof TYPES)[number]

const TYPES = ['check', 'exclude', 'foreign key', 'not null', 'primary key', 'unique'] as const

/** A table constraint, as far as it matters to those who wait for it. */
export interface ConstraintDefinition {
  type: ConstraintType
  /** Absent when the server is to name it. */
  name?: string
  /** UTF-16 offset of the word that says the type. */
  offset: number
  /** NOT VALID or NOT ENFORCED: the rows that are there are not looked at. */
  skipsRows: boolean
  usesIndex: boolean
  references?: QualifiedName
  /** The column that `CHECK (column IS NOT NULL)` or `NOT NULL column` is about. */
  notNullColumn?: string
}

/** Reads `[CONSTRAINT name] CHECK ...` up to the comma or the end; undefined if no constraint stands here. */
export function readConstraint(cursor: Cursor): ConstraintDefinition | undefined {
  const name = cursor.accept('constraint') ? cursor.name()?.name : undefined
  const offset = cursor.peek().start
  const type = isConstraint(cursor) ? TYPES.find((words) => cursor.accept(words)) : undefined
  if (type === undefined) return undefined
  const definition: ConstraintDefinition = { type, offset, skipsRows: false, usesIndex: false, ...(name === undefined ? {} : { name }) }
  const column = type === 'not null' ? cursor.name()?.name : type === 'check' ? notNullColumn(cursor) : undefined
  if (column !== undefined) definition.notNullColumn = column
  while (!cursor.atEnd && !cursor.isSymbol(',')) {
    if (cursor.accept('references')) definition.references = cursor.name() ?? { name: '' }
    else if (cursor.accept('not valid') || cursor.accept('not enforced')) definition.skipsRows = true
    else if (cursor.accept('using index')) definition.usesIndex ||= cursor.word() !== 'tablespace'
    else cursor.skipItem()
  }
  return definition
}

/** Whether a constraint begins here, and no column that bears such a name (EXCLUDE is not reserved). */
export function isConstraint(cursor: Cursor): boolean {
  if (cursor.word() === 'exclude') return cursor.word(1) === 'using' || cursor.isSymbol('(', 1)
  return ['constraint', 'check', 'foreign', 'not', 'primary', 'unique'].includes(cursor.word())
}

/** The column of `(column IS NOT NULL)`, with any number of parentheses around it. */
export function notNullColumn(cursor: Cursor): string | undefined {
  if (!cursor.isSymbol('(')) return undefined
  const inner = new Cursor(cursor.group())
  if (inner.isSymbol('(')) return notNullColumn(inner)
  const column = inner.name()?.name
  return inner.accept('is not null') && inner.atEnd ? column : undefined
}
