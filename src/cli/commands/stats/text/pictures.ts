import { grouped } from '../../../../core/text.ts'
import { groupSize, groupSums, heatRow, sparkline } from '../../../../render/pictures.ts'
import type { Style } from '../../../../render/style.ts'
import { wrap } from '../../../../render/table.ts'
import type { StatsReport } from '../../../../stats/report.ts'
import { otherDaysText } from '../wording.ts'

/** The width without a terminal. */
const WIDEST_LINE = 120

/** Uses over time on one line, with the first and the last day, and the meaning of a column. */
export function dayLines({ days, otherDays }: Pick<StatsReport, 'days' | 'otherDays'>, style: Style, width: number): string[] {
  const last = days.at(-1)
  const others = wrap(otherDaysText(otherDays), width).map((line) => style.dim(line))
  if (last === undefined || days.length < 2) return otherDaysText(otherDays) === '' ? [] : [...others, '']
  const room = Math.max(10, Math.min(width, WIDEST_LINE) - 2 * (last.day.length + 1))
  const uses = days.map((day) => day.uses)
  const size = groupSize(uses.length, room)
  const columns = groupSums(uses, size)
  const first = days[days.length - columns.length * size]
  return [
    `${style.dim(first?.day ?? '')} ${style.cyan(sparkline(uses, room, style))} ${style.dim(last.day)}`,
    ...wrap(`uses, a column is ${size === 1 ? 'a day' : `${size} days`}, the highest is ${grouped(Math.max(...columns))}`, width).map(
      (line) => style.dim(line),
    ),
    ...(otherDaysText(otherDays) === '' ? [] : others),
    '',
  ]
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
/** Wide enough for two columns for each hour of a day. */
const WIDE_MAP = 4 + 2 * 24

/** Uses in each hour of the week as seven rows of shades, and the busiest hours with their numbers. */
export function hourLines(hours: readonly number[], timeZone: string, style: Style, width: number): string[] {
  const max = Math.max(0, ...hours)
  if (max === 0) return []
  const columns = width >= WIDE_MAP ? 2 : 1
  const scale = ['00', '06', '12', '18'].map((hour) => hour.padEnd(6 * columns)).join('')
  return [
    style.dim(`    ${scale}`.trimEnd()),
    ...WEEKDAYS.map((day, i) => `${day} ${style.cyan(heatRow(hours.slice(24 * i, 24 * i + 24), max, columns, style))}`),
    ...wrap(`busiest hours (${timeZone}): ${busiest(hours)}`, width),
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
