/** An error that the server reported, with the fields of its ErrorResponse message (PostgreSQL manual, "Error and Notice Message Fields"). */
export class DatabaseError extends Error {
  /** SQLSTATE. */
  readonly code: string
  readonly detail: string | undefined
  readonly hint: string | undefined
  /** 1-based, in code points of the message that was sent. */
  readonly position: number | undefined
  /** The context lines: `PL/pgSQL function f() line 3 at RAISE`. */
  readonly where: string | undefined
  readonly internalQuery: string | undefined
  readonly internalPosition: number | undefined
  readonly schema: string | undefined
  readonly table: string | undefined
  readonly column: string | undefined
  readonly constraint: string | undefined
  /** The function of the server that raised it: the same in every language and version. */
  readonly routine: string | undefined

  constructor(fields: DatabaseErrorFields) {
    super(fields.message)
    this.name = 'DatabaseError'
    this.code = fields.code
    this.detail = fields.detail
    this.hint = fields.hint
    this.position = fields.position
    this.where = fields.where
    this.internalQuery = fields.internalQuery
    this.internalPosition = fields.internalPosition
    this.schema = fields.schema
    this.table = fields.table
    this.column = fields.column
    this.constraint = fields.constraint
    this.routine = fields.routine
  }

  /** By name: the command line is built in several bundles, each with a class of its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'DatabaseError'
  }
}

export interface DatabaseErrorFields {
  message: string
  code: string
  detail?: string | undefined
  hint?: string | undefined
  position?: number | undefined
  where?: string | undefined
  internalQuery?: string | undefined
  internalPosition?: number | undefined
  schema?: string | undefined
  table?: string | undefined
  column?: string | undefined
  constraint?: string | undefined
  routine?: string | undefined
}

/** Longer texts of a server are cut: they are printed, several times in one report. */
const LONGEST_TEXT = 16_384

/** Reads the error object of postgres.js, whose field names are its own. */
export function databaseErrorFrom(raw: Readonly<Record<string, unknown>>): DatabaseError {
  const text = (key: string): string | undefined => {
    const value = raw[key]
    if (typeof value !== 'string') return undefined
    return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value
  }
  const number = (key: string): number | undefined => (raw[key] === undefined ? undefined : Number(raw[key]))
  return new DatabaseError({
    message: text('message') ?? 'unknown error',
    code: text('code') ?? 'XX000',
    detail: text('detail'),
    hint: text('hint'),
    position: number('position'),
    where: text('where'),
    internalQuery: text('internal_query'),
    internalPosition: number('internal_position'),
    schema: text('schema_name'),
    table: text('table_name'),
    column: text('column_name'),
    constraint: text('constraint_name'),
    routine: text('routine'),
  })
}
