import type { Style } from './style.ts'

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const

/**
 * A bar from zero: `width` columns for `max`, in eighths of a column (in whole ones without Unicode). What is more than
 * nothing is never drawn as nothing, and only `max` itself fills the width.
 */
export function bar(value: number, max: number, width: number, { unicode }: Pick<Style, 'unicode'>): string {
  if (!(value > 0) || !(max > 0) || width < 1) return ''
  const parts = unicode ? 8 : 1
  const whole = width * parts
  const size = value >= max ? whole : Math.min(Math.max(1, Math.round((value / max) * whole)), Math.max(1, whole - 1))
  return unicode ? '█'.repeat(Math.floor(size / 8)) + (EIGHTHS[size % 8] ?? '') : '#'.repeat(size)
}
