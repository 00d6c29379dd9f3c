import { grouped, printable } from '../../../core/text.ts'
import { csvLines, type CsvCell } from '../../../render/csv.ts'
import { bar, sparkline } from '../../../render/pictures.ts'
import type { Style } from '../../../render/style.ts'
import type { Latency } from '../../../stats/report.ts'
import { renderTable, type Cell, type Column as TextColumn } from '../../../render/table.ts'

/**
 * A column of a table, described once for text, HTML and CSV. `text`, `html` and `csv` are its titles; a form without a title
 * leaves the column out. Text and HTML print a value with `number` (right-aligned) or `print`; CSV has the value itself.
 */
export type Column<Row> = Look &
  (
    | { value: (row: Row) => number | null; number: (value: number) => string }
    | { value: (row: Row) => string | null; print?: (value: string) => string }
    | { value: (row: Row) => number; picture: 'bar' }
    | { value: (row: Row) => readonly number[]; picture: 'trend' }
  )

interface Look {
  text?: string
  html?: string
  csv?: string
  /** What text and HTML print for null. Default: `-`. */
  empty?: string
  /** Text: when the table is too wide, cells are cut. Below this width, optional columns are removed first. */
  shrink?: number
  /** Text: the column is removed when the table is too wide, the last one first. Pictures are always optional. */
  optional?: boolean
  /** Text: the colour of a cell. */
  paint?: (text: string, style: Style) => string
  /** HTML: cells with long texts wrap. */
  prose?: true
}

/** The columns with their cells. */
export interface Table {
  columns: readonly BoundColumn[]
  rowCount: number
  csvOrder: readonly string[]
}

export interface BoundColumn extends Look {
  kind: 'number' | 'text' | 'bar' | 'trend'
  values: readonly CsvCell[]
  /** The values as text and HTML print them. */
  printed: readonly string[]
  /** What a bar or a trend shows, for each row. The other arrays are then empty. */
  drawn: readonly (readonly number[])[]
}

/**
 * Binds rows to columns. `csvOrder` has the titles of the CSV columns that come first, separated by commas. The others, and so
 * new columns, follow in the order of `columns`.
 */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], csvOrder = ''): Table {
  return { columns: columns.map((column) => bound(column, rows)), rowCount: rows.length, csvOrder: csvOrder.split(',') }
}

function bound<Row>(column: Column<Row>, rows: readonly Row[]): BoundColumn {
  if ('picture' in column)
    return { ...column, kind: column.picture, values: [], printed: [], drawn: rows.map((row) => [column.value(row)].flat()) }
  if ('number' in column) {
    const values = rows.map(column.value)
    return { ...column, kind: 'number', values, printed: values.map((value) => printed(value, column.number, column.empty)), drawn: [] }
  }
  const values = rows.map(column.value)
  return {
    ...column,
    kind: 'text',
    values,
    printed: values.map((value) => printed(value, column.print ?? String, column.empty)),
    drawn: [],
  }
}

/** The value as text; `empty` for an unknown one. */
export function printed<Value>(value: Value | null | undefined, print: (value: Value) => string, empty = '-'): string {
  return value === null || value === undefined ? empty : print(value)
}

/** The table for a terminal. */
export function textTable({ columns, rowCount }: Table, style: Style, width: number): string[] {
  const shown = columns.filter(({ text }) => text !== undefined)
  const cells = shown.map((column) => textCells(column, style))
  const rows = Array.from({ length: rowCount }, (_, row) => cells.map((column) => column[row] ?? ''))
  return renderTable(shown.map(textColumn), rows, width, style)
}

function textColumn({ text = '', kind, shrink, optional = false }: BoundColumn): TextColumn {
  if (kind === 'bar') return { title: text, optional: true, least: 6, most: 20 }
  if (kind === 'trend') return { title: text, optional: true, least: 12, most: 30 }
  return { title: text, optional, align: kind === 'number' ? 'right' : 'left', shrink: shrink !== undefined, least: shrink ?? 0 }
}

function textCells({ kind, printed: texts, drawn, paint }: BoundColumn, style: Style): Cell[] {
  if (kind === 'trend') return drawn.map((values) => (width) => style.cyan(sparkline(values, width, style)))
  if (kind === 'bar') {
    const max = Math.max(0, ...drawn.flat())
    return drawn.map(
      ([value = 0]) =>
        (width) =>
          style.cyan(bar(value, max, width, style)),
    )
  }
  return texts.map((text) => (paint === undefined ? printable(text) : paint(text, style)))
}

/** The table as comma-separated values; times in ISO 8601, numbers without separators. */
export function csvTable({ columns, rowCount, csvOrder }: Table): string[] {
  const titled = columns.flatMap(({ csv, values }) => (csv === undefined ? [] : [{ csv, values }]))
  const shown = [
    ...csvOrder.flatMap((title) => titled.filter(({ csv }) => csv === title)),
    ...titled.filter(({ csv }) => !csvOrder.includes(csv)),
  ]
  return csvLines(
    shown.map(({ csv }) => csv),
    Array.from({ length: rowCount }, (_, row) => shown.map(({ values }) => values[row] ?? null)),
  )
}

export function percent(value: number): string {
  return `${value.toFixed(1)} %`
}

export function ms(value: number): string {
  return `${grouped(value)} ms`
}

/** A percentile with its own bound: `640 ms ±28`; without one, it is exact. */
export function bounded(latency: Latency, name: keyof Latency['bounds']): string {
  const value = latency[name]
  const { low, high } = latency.bounds[name]
  const error = Math.ceil(Math.max(high - value, value - low))
  return error === 0 ? ms(value) : `${ms(value)} ±${grouped(error)}`
}

/** The same in the characters of the terminal. */
export function paintBounded(text: string, { unicode }: Style): string {
  return unicode ? text : text.replace('±', '+-')
}

export function rating(value: number): string {
  return value.toFixed(2)
}

/** `2026-11-21 03:04` (UTC). */
export function minute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ')
}

/** `2026-11-21 03:04:05` (UTC). */
export function second(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ')
}
