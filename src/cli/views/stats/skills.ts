import { grouped, printable } from '../../../core/text.ts'
import type { Style } from '../../../render/style.ts'
import { renderTable } from '../../../render/table.ts'
import type { SkillStats, StatsReport } from '../../../stats/report.ts'
import { countOr, minute, msOr, percentOr } from './format.ts'

/** A row per skill. */
export function skillLines({ skills, skill }: StatsReport, style: Style, width: number): string[] {
  if (skills.length === 0) return [`no uses of ${printable(skill ?? 'any skill')} in this period`]
  const columns = [
    { title: 'skill', shrink: true, least: 24 },
    { title: 'uses', align: 'right' as const },
    { title: 'success', align: 'right' as const },
    { title: 'latency', align: 'right' as const },
    { title: 'rating', align: 'right' as const },
    { title: 'users', align: 'right' as const },
    { title: 'p50', align: 'right' as const, optional: true },
    { title: 'p95', align: 'right' as const, optional: true },
    { title: 'first use', optional: true },
    { title: 'last use', optional: true },
  ]
  return renderTable(columns, skills.map(cells), width, style)
}

function cells(row: SkillStats): string[] {
  return [
    printable(row.skillId),
    grouped(row.totalUses),
    percentOr(row.successRatePct),
    msOr(row.avgLatencyMs),
    row.avgRating === null ? '-' : row.avgRating.toFixed(2),
    countOr(row.uniqueUsers),
    msOr(row.latency?.p50),
    msOr(row.latency?.p95),
    minute(row.firstUse),
    minute(row.lastUse),
  ]
}
