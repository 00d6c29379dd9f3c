import { grouped } from '../../../../core/text.ts'
import { heatRow } from '../../../../render/pictures.ts'
import type { Style } from '../../../../render/style.ts'
import { wrap } from '../../../../render/table.ts'

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
/** Wide enough for two columns for each hour of a day. */
const WIDE = 4 + 2 * 24

/** Uses in each hour of the week as seven rows of shades, and the busiest hours with their numbers. */
export function hourLines(hours: readonly number[], style: Style, width: number): string[] {
  const max = Math.max(0, ...hours)
  if (max === 0) return []
  const columns = width >= WIDE ? 2 : 1
  const scale = ['00', '06', '12', '18'].map((hour) => hour.padEnd(6 * columns)).join('')
  return [
    style.dim(`UTC ${scale}`.trimEnd()),
    ...WEEKDAYS.map((day, i) => `${day} ${style.cyan(heatRow(hours.slice(24 * i, 24 * i + 24), max, columns, style))}`),
    ...wrap(`busiest hours (UTC): ${busiest(hours)}`, width),
  ]
}

function busiest(hours: readonly number[]): string {
  return hours
    .map((uses, hour) => ({ uses, name: `${WEEKDAYS[Math.floor(hour / 24)] ?? ''} ${String(hour % 24).padStart(2, '0')}h` }))
    .filter(({ uses }) => uses > 0)
    .toSorted((a, b) => b.uses - a.uses)
    .slice(0, 5)
    .map(({ name, uses }) => `${name} ${grouped(uses)}`)
    .join(', ')
}
