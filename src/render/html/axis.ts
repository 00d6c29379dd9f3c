import { grouped } from '../../core/text.ts'

const MANTISSAS = [1, 2, 4, 6, 8, 10]

/** The end of an axis that starts at zero: the smallest round, even number that is not below `value`. Its half is a whole number. */
export function axisEnd(value: number): number {
  let power = 1
  while (power * 10 < value) power *= 10
  const end = (MANTISSAS.find((mantissa) => mantissa * power >= value) ?? 10) * power
  return Math.max(2, end)
}

/** A count for the label of an axis: `9,999`, `12k`, `1.2M`. */
export function shortCount(count: number): string {
  if (count < 10_000) return grouped(Math.round(count))
  const [unit, letter] = count < 999_950 ? [1e3, 'k'] : count < 999_950_000 ? [1e6, 'M'] : [1e9, 'G']
  return `${String(Math.round((count / unit) * 10) / 10)}${letter}`
}

/** A length in SVG: the share of the whole in percent, with at most three digits. */
export function share(part: number, whole: number): string {
  return `${whole > 0 ? Number(((100 * part) / whole).toFixed(3)) : 0}%`
}
