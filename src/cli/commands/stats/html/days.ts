import { grouped, plural } from '../../../../core/text.ts'
import { columnChart, FEW_COLUMNS, type ChartColumn } from '../../../../render/html/columns.ts'
import { legend } from '../../../../render/html/marks.ts'
import { markup } from '../../../../render/html/markup.ts'
import type { Section } from '../../../../render/html/page.ts'
import type { DayPoint, StatsReport } from '../../../../stats/report.ts'
import { percent, printed, table } from '../table.ts'
import { shareOf } from '../columns.ts'
import { otherDaysText, sentence } from '../wording.ts'
import { dataTable } from './data-table.ts'

/** More days than this are drawn as weeks: a column per day would be too thin. */
const MOST_DAYS = 92

/** Uses over time, the successful ones at the bottom. */
export function daysSection({ days, otherDays, timeZone }: Pick<StatsReport, 'days' | 'otherDays' | 'timeZone'>): Section[] {
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) return []
  const weekly = days.length > MOST_DAYS
  const points = weekly ? weeks(days) : days
  const uses = days.reduce((sum, day) => sum + day.uses, 0)
  const most = days.reduce((best, day) => (day.uses > best.uses ? day : best), first)
  const chart = markup`${legend([
    { mark: 'success', label: 'success' },
    { mark: 'rest', label: 'any other outcome' },
  ])}${columnChart(
    `Columns: ${plural(uses, 'use')} from ${first.day} to ${last.day}, at most ${grouped(most.uses)} a day, on ${most.day}. The table has every day.`,
    points.map((point) => column(point, weekly, points.length <= FEW_COLUMNS)),
  )}`
  return [
    {
      id: 'days',
      heading: weekly ? 'Uses a week' : 'Uses a day',
      intro: [
        `${first.day} to ${last.day}, ${timeZone}.`,
        ...(weekly ? ['A column is a week from Monday; the first and the last week can be incomplete.'] : []),
        ...(otherDaysText(otherDays) === '' ? [] : [sentence(otherDaysText(otherDays))]),
      ].join(' '),
      chart,
      table: dataTable(
        'Uses a day',
        table(days, [
          { html: 'day', value: ({ day }) => day },
          { html: 'uses', number: grouped, value: (day) => day.uses },
          { html: 'success', number: grouped, value: ({ success }) => success },
          { html: 'success rate', number: percent, value: (day) => shareOf(day.success, day.uses) },
        ]),
      ),
      folded: true,
    },
  ]
}

function column({ day, uses, success }: DayPoint, weekly: boolean, short: boolean): ChartColumn {
  return {
    // without the year all labels fit on a phone
    label: short ? day.slice(5) : day,
    title: `${weekly ? 'week of ' : ''}${day}: ${plural(uses, 'use')}, ${grouped(success)} with success (${printed(shareOf(success, uses), percent)})`,
    segments: [
      { mark: 'success', value: success },
      { mark: 'rest', value: uses - success },
    ],
  }
}

/** Sums from Monday to Sunday, by the Monday; the first by the first day. */
function weeks(days: readonly DayPoint[]): DayPoint[] {
  const sums: DayPoint[] = []
  for (const { day, uses, success } of days) {
    const last = sums.at(-1)
    const isMonday = new Date(Date.parse(day)).getUTCDay() === 1
    if (last === undefined || isMonday) sums.push({ day, uses, success })
    else sums[sums.length - 1] = { day: last.day, uses: last.uses + uses, success: last.success + success }
  }
  return sums
}
