import { grouped, plural } from '../../../../core/text.ts'
import { barList } from '../../../../render/html/bars.ts'
import { markup } from '../../../../render/html/markup.ts'
import type { Section } from '../../../../render/html/page.ts'
import type { Groups, GroupStats } from '../../../../stats/report.ts'
import { msOr, percent, percentOr } from '../text/format.ts'
import { countCells, outcomeLegend, outcomeSegments, type OutcomeCounts } from './outcomes.ts'

/** Uses by the values of a dimension. */
export function groupsSection({ by, rows }: Groups): Section[] {
  if (rows.length === 0) return []
  const total = rows.reduce((sum, { uses }) => sum + uses, 0)
  return [
    {
      id: 'groups',
      heading: `Uses by ${by}`,
      chart: markup`${outcomeLegend(rows.map(counts))}${barList(
        `Uses by ${by} and outcome`,
        rows.map((row) => ({
          label: row.key ?? '(none)',
          value: `${plural(row.uses, 'use')}${by === 'outcome' ? '' : `, ${percentOr(row.successRatePct)} success`}`,
          segments: outcomeSegments(counts(row)),
        })),
        Math.max(...rows.map(({ uses }) => uses)),
      )}`,
      table: {
        id: 'groups-table',
        caption: `Uses by ${by}`,
        columns: [
          { title: by },
          ...['uses', 'share', 'success rate', 'success', 'soft fail', 'refusal', 'other', 'average latency'].map((title) => ({
            title,
            number: true,
          })),
        ],
        rows: rows.map((row) => [
          row.key ?? '(none)',
          grouped(row.uses),
          total === 0 ? '-' : percent((100 * row.uses) / total),
          percentOr(row.successRatePct),
          ...countCells(counts(row)),
          msOr(row.avgLatencyMs),
        ]),
      },
    },
  ]
}

function counts({ success, softFail, hardRefusal, otherOutcomes }: GroupStats): OutcomeCounts {
  return { success, softFail, hardRefusal, other: otherOutcomes }
}
