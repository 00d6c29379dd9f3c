import { wrongAnswer } from '../core/common-errors.ts'
import type { Row } from './db.ts'

/** The values of each type, as a row has them. int8 and numeric are `text`, as is an enum; lists and `object` are JSON. */
interface Values {
  text: string
  boolean: boolean
  /** Finite. */
  number: number
  /** One that JavaScript can read: not infinity, no year after 275760. */
  time: Date
  list: unknown[]
  lists: unknown[][]
  texts: string[]
  numbers: number[]
  object: Record<string, unknown>
}

/** The type of a column; with `?` it can be NULL. */
export type ColumnType = keyof Values | `${keyof Values}?`

/** The columns that a statement returns, by name. A server can send anything: what is declared is checked before it is used. */
export type Columns = Readonly<Record<string, ColumnType>>

export type RowOf<C extends Columns> = Row & {
  [name in keyof C]: C[name] extends keyof Values
    ? Values[C[name]]
    : C[name] extends `${infer T extends keyof Values}?`
      ? Values[T] | null
      : never
}

/** Whether the row has the columns, with values of their types. Others do no harm. */
export function hasColumns<C extends Columns>(row: Row, columns: C): row is RowOf<C> {
  return Object.entries(columns).every(([name, type]) => {
    const value = row[name]
    if (type.endsWith('?') && value === null) return true
    return IS[type.replace('?', '') as keyof Values](value)
  })
}

/** The row of a statement that always returns one, such as a SELECT without FROM. Throws CONNECTION_LOST for any other answer. */
export function onlyRow<R>(rows: readonly R[]): R {
  const [row] = rows
  if (row === undefined || rows.length > 1) throw wrongAnswer()
  return row
}

const IS: Readonly<Record<keyof Values, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => Number.isFinite(value),
  time: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  list: Array.isArray,
  lists: (value) => Array.isArray(value) && value.every(Array.isArray),
  texts: (value) => Array.isArray(value) && value.every(IS.text),
  numbers: (value) => Array.isArray(value) && value.every(IS.number),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date),
}
