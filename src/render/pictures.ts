import type { Style } from './style.ts'

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const

/**
 * A horizontal bar that starts at zero: `max` fills `width` columns. It is drawn in eighths of a column, in ASCII in whole
 * columns. A value above zero is always visible, and only `max` fills the whole width.
 */
export function bar(value: number, max: number, width: number, { unicode }: Pick<Style, 'unicode'>): string {
  if (!(value > 0) || !(max > 0) || width < 1) return ''
  const parts = unicode ? 8 : 1
  const whole = width * parts
  const size = value >= max ? whole : Math.min(Math.max(1, Math.round((value / max) * whole)), Math.max(1, whole - 1))
  return unicode ? '█'.repeat(Math.floor(size / 8)) + (EIGHTHS[size % 8] ?? '') : '#'.repeat(size)
}

/** The first sign is zero; the others are sevenths of the highest value. */
const COLUMNS = '▁▂▃▄▅▆▇█'
const COLUMNS_ASCII = '_.:-=+*#'

/**
 * Vertical bars that start at zero, one character each. When there are more values than `width`, neighbours are added up in
 * groups of one size, so that every column covers the same time. The last group ends with the last value.
 */
export function sparkline(values: readonly number[], width: number, { unicode }: Pick<Style, 'unicode'>): string {
  const columns = groupSums(values, groupSize(values.length, width))
  const max = Math.max(0, ...columns)
  const levels = unicode ? COLUMNS : COLUMNS_ASCII
  const steps = levels.length - 1
  return columns.map((value) => levels[value > 0 ? Math.max(1, Math.round((value / max) * steps)) : 0] ?? '').join('')
}

/** How many values one column of a sparkline holds. */
export function groupSize(count: number, width: number): number {
  return Math.max(1, Math.ceil(count / Math.max(1, Math.floor(width))))
}

/** Sums of `size` neighbours. The oldest values that do not fill a group are left out. */
export function groupSums(values: readonly number[], size: number): number[] {
  if (size === 1) return [...values]
  const groups = Math.floor(values.length / size)
  const from = values.length - groups * size
  return Array.from({ length: groups }, (_, i) => {
    const start = from + i * size
    return values.slice(start, start + size).reduce((sum, value) => sum + value, 0)
  })
}

const SHADES = '·░▒▓█'
const SHADES_ASCII = '.-+*#'

/** A row of a heat map: a shade for each value from 0 to `max`, each `columns` wide. Zero has its own shade. */
export function heatRow(values: readonly number[], max: number, columns: number, { unicode }: Pick<Style, 'unicode'>): string {
  const shades = unicode ? SHADES : SHADES_ASCII
  return values.map((value) => (shades[heatLevel(value, max, shades.length - 1)] ?? '').repeat(columns)).join('')
}

/** 0 for zero, otherwise the number (1 to `levels`) of the range that has the value, of equal ranges up to `max`. */
export function heatLevel(value: number, max: number, levels: number): number {
  return value > 0 && max > 0 ? Math.min(levels, Math.max(1, Math.ceil((value / max) * levels))) : 0
}
