import type { QualifiedName } from '../lexer/cursor.ts'

/** An object, or one part or property of it, that a statement creates, changes or removes. */
export interface StatementTarget {
  /** `all`: the object with its parts. `self`: without its parts. */
  of: 'all' | 'self' | 'comment' | 'owner' | 'privileges'
  /** `table`, `column`, `index`, `function`, ... */
  kind: string
  schema?: string
  /** Empty when the server chooses the name, and for the privileges on all objects of a schema. */
  name: string
  /** The table of a column, constraint, index, trigger, rule or policy. */
  table?: string
  /** The types of the input parameters of a routine, as written. */
  types?: readonly string[]
}

/** A column, constraint, ... of a table. */
export function partOfTable(kind: string, name: string, table: QualifiedName): StatementTarget {
  return { of: 'all', kind, name, table: table.name, ...(table.schema === undefined ? {} : { schema: table.schema }) }
}
