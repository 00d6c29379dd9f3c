import { grouped, printable } from '../../../../core/text.ts'
import type { Style } from '../../../../render/style.ts'
import { renderTable, wrap, type Cell } from '../../../../render/table.ts'
import type { SkillStats, StatsReport } from '../../../../stats/report.ts'
import { dayLines } from './days.ts'
import { countOr, minute, msOr, percentOr } from './format.ts'
import { BARS, barsOf, TREND, trendOf } from './pictures.ts'

/** A row per skill. */
export function skillLines({ skills, skill, days }: StatsReport, style: Style, width: number): string[] {
  if (skills.length === 0) return wrap(`no uses of ${printable(skill ?? 'any skill')} in this period`, width)
  const columns = [
    { title: 'skill', shrink: true, least: 24 },
    { title: 'uses', align: 'right' as const },
    BARS,
    { title: 'success', align: 'right' as const },
    { title: 'latency', align: 'right' as const },
    { title: 'rating', align: 'right' as const },
    { title: 'users', align: 'right' as const },
    TREND,
    { title: 'p50', align: 'right' as const, optional: true },
    { title: 'p95', align: 'right' as const, optional: true },
    { title: 'first use', optional: true },
    { title: 'last use', optional: true },
  ]
  const bars = barsOf(
    skills.map(({ totalUses }) => totalUses),
    style,
  )
  const rows = skills.map((row, i) => cells(row, bars[i] ?? '', trendOf(row.recent, style)))
  return [...dayLines(days, style, width), ...renderTable(columns, rows, width, style)]
}

function cells(row: SkillStats, usesBar: Cell, trend: Cell): Cell[] {
  return [
    printable(row.skillId),
    grouped(row.totalUses),
    usesBar,
    percentOr(row.successRatePct),
    msOr(row.avgLatencyMs),
    row.avgRating === null ? '-' : row.avgRating.toFixed(2),
    countOr(row.uniqueUsers),
    trend,
    msOr(row.latency?.p50),
    msOr(row.latency?.p95),
    minute(row.firstUse),
    minute(row.lastUse),
  ]
}
