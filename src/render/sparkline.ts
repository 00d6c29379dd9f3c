import type { Style } from './style.ts'

/** The first is nothing at all; the others are sevenths of the highest. */
const UNICODE = '▁▂▃▄▅▆▇█'
const ASCII = '_.:-=+*#'

/**
 * A row of columns from zero, one character each. More values than `width` are added up in groups of the same size, the
 * last one ending with the last value, so that every column means the same time.
 */
export function sparkline(values: readonly number[], width: number, { unicode }: Pick<Style, 'unicode'>): string {
  const columns = groupSums(values, groupSize(values.length, width))
  const max = Math.max(0, ...columns)
  const levels = unicode ? UNICODE : ASCII
  const steps = levels.length - 1
  return columns.map((value) => levels[value > 0 ? Math.max(1, Math.round((value / max) * steps)) : 0] ?? '').join('')
}

/** How many values one column of a sparkline holds. */
export function groupSize(count: number, width: number): number {
  return Math.max(1, Math.ceil(count / Math.max(1, Math.floor(width))))
}

/** Sums of `size` neighbours; values that do not fill a group are the oldest, and left out. */
export function groupSums(values: readonly number[], size: number): number[] {
  if (size === 1) return [...values]
  const groups = Math.floor(values.length / size)
  const from = values.length - groups * size
  return Array.from({ length: groups }, (_, i) => {
    const start = from + i * size
    return values.slice(start, start + size).reduce((sum, value) => sum + value, 0)
  })
}
