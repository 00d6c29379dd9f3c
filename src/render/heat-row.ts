import type { Style } from './style.ts'

const UNICODE = '·░▒▓█'
const ASCII = '.-+*#'

/** A row of a heat map: a shade per value between zero and `max`, each `columns` wide. Zero has a shade of its own. */
export function heatRow(values: readonly number[], max: number, columns: number, { unicode }: Pick<Style, 'unicode'>): string {
  const shades = unicode ? UNICODE : ASCII
  return values.map((value) => (shades[heatLevel(value, max, shades.length - 1)] ?? '').repeat(columns)).join('')
}

/** 0 for nothing, else which of `levels` equal ranges from zero to `max` the value is in. */
export function heatLevel(value: number, max: number, levels: number): number {
  return value > 0 && max > 0 ? Math.min(levels, Math.max(1, Math.ceil((value / max) * levels))) : 0
}
