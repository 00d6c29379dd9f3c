import { bar, sparkline } from '../../../../render/pictures.ts'
import type { Style } from '../../../../render/style.ts'
import type { Cell, Column } from '../../../../render/table.ts'

/** A column of bars: left out on a narrow terminal, at most this wide. */
export const BARS: Column = { title: '', least: 6, most: 20, optional: true }

/** A column of the last 30 days. */
export const TREND: Column = { title: 'last 30 days', least: 12, most: 30, optional: true }

/** Bars on one scale, one for each row. */
export function barsOf(values: readonly number[], style: Style): Cell[] {
  const max = Math.max(0, ...values)
  return values.map((value) => (width: number) => style.cyan(bar(value, max, width, style)))
}

/** Each on a scale of its own. */
export function trendOf(values: readonly number[], style: Style): Cell {
  return (width) => style.cyan(sparkline(values, width, style))
}
