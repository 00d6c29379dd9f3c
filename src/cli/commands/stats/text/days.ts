import { grouped } from '../../../../core/text.ts'
import { groupSize, groupSums, sparkline } from '../../../../render/pictures.ts'
import type { Style } from '../../../../render/style.ts'
import { wrap } from '../../../../render/table.ts'
import type { DayPoint } from '../../../../stats/report.ts'

/** The width without a terminal. */
const WIDEST = 120

/** Uses over time on one line, with the first and the last day, and the meaning of a column. */
export function dayLines(days: readonly DayPoint[], style: Style, width: number): string[] {
  const last = days.at(-1)
  if (last === undefined || days.length < 2) return []
  const room = Math.max(10, Math.min(width, WIDEST) - 2 * (last.day.length + 1))
  const uses = days.map((day) => day.uses)
  const size = groupSize(uses.length, room)
  const columns = groupSums(uses, size)
  const first = days[days.length - columns.length * size]
  return [
    `${style.dim(first?.day ?? '')} ${style.cyan(sparkline(uses, room, style))} ${style.dim(last.day)}`,
    ...wrap(`uses, a column is ${size === 1 ? 'a day' : `${size} days`}, the highest is ${grouped(Math.max(...columns))}`, width).map(
      (line) => style.dim(line),
    ),
    '',
  ]
}
