import { grouped, printable } from '../../../../core/text.ts'
import type { Style } from '../../../../render/style.ts'
import { renderTable, wrap } from '../../../../render/table.ts'
import type { Comparison, SkillChange } from '../../../../stats/report.ts'
import { minute, percentOr } from './format.ts'

/** Changes of the success rate between two periods, and whether they are significant. */
export function compareLines(comparison: Comparison | undefined, style: Style, width: number): string[] {
  if (comparison === undefined) return []
  const { before, after, total, skills } = comparison
  const columns = [
    { title: 'skill', shrink: true, least: 20 },
    { title: 'before', align: 'right' as const },
    { title: 'after', align: 'right' as const },
    { title: 'points', align: 'right' as const },
    { title: 'verdict' },
    { title: 'uses before', align: 'right' as const, optional: true },
    { title: 'uses after', align: 'right' as const, optional: true },
    { title: 'p', align: 'right' as const, optional: true },
  ]
  return [
    ...wrap(`success ${minute(after.since)} to ${minute(after.until)} against ${minute(before.since)} to ${minute(before.until)}`, width),
    '',
    ...renderTable(
      columns,
      [cells({ ...total, skillId: 'all skills' }, style), ...skills.map((skill) => cells(skill, style))],
      width,
      style,
    ),
    ...wrap(
      `better and worse are significant changes (two-proportion z-test; expected false discovery rate at most ${100 * comparison.falseDiscoveryRate} %)`,
      width,
    ).map((line) => style.dim(line)),
  ]
}

function cells(change: SkillChange, style: Style): string[] {
  const { verdict, differencePoints: points, pValue } = change
  const colour = verdict === 'worse' ? style.red : verdict === 'better' ? style.green : style.dim
  return [
    printable(change.skillId ?? '-'),
    percentOr(change.successRateBeforePct),
    percentOr(change.successRateAfterPct),
    points === null ? '-' : `${points > 0 ? '+' : ''}${points.toFixed(1)}`,
    colour(verdict),
    grouped(change.usesBefore),
    grouped(change.usesAfter),
    pValue === null ? '-' : pValue < 0.0001 ? '<0.0001' : pValue.toFixed(4),
  ]
}
