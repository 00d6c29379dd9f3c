import { grouped, printable } from '../../../../core/text.ts'
import type { Style } from '../../../../render/style.ts'
import { renderTable } from '../../../../render/table.ts'
import type { Groups } from '../../../../stats/report.ts'
import { msOr, percent, percentOr } from './format.ts'
import { BARS, barsOf } from './pictures.ts'

/** A row per value of the dimension. */
export function groupLines(groups: Groups | undefined, style: Style, width: number): string[] {
  const { by, rows } = groups ?? { by: 'tier', rows: [] }
  if (rows.length === 0) return ['no uses in this period']
  const total = rows.reduce((sum, { uses }) => sum + uses, 0)
  const columns = [
    { title: by, shrink: true, least: 16 },
    { title: 'uses', align: 'right' as const },
    { title: 'share', align: 'right' as const },
    BARS,
    // by outcome these repeat the row
    ...(by === 'outcome'
      ? []
      : [
          { title: 'success', align: 'right' as const },
          { title: 'latency', align: 'right' as const },
          { title: 'soft fails', align: 'right' as const, optional: true },
          { title: 'refusals', align: 'right' as const, optional: true },
        ]),
  ]
  const bars = barsOf(
    rows.map(({ uses }) => uses),
    style,
  )
  const lines = rows.map((row, i) => [
    printable(row.key ?? '(none)'),
    grouped(row.uses),
    percent((100 * row.uses) / total),
    bars[i] ?? '',
    percentOr(row.successRatePct),
    msOr(row.avgLatencyMs),
    grouped(row.softFail),
    grouped(row.hardRefusal),
  ])
  return renderTable(columns, lines, width, style)
}
