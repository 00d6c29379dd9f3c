import { grouped, printable } from '../../../../core/text.ts'
import type { Style } from '../../../../render/style.ts'
import { renderTable } from '../../../../render/table.ts'
import type { FunnelStage } from '../../../../stats/report.ts'
import { percent } from './format.ts'

/** Users per stage, a row per skill; the shares are of the users. */
export function funnelLines(stages: readonly FunnelStage[], style: Style, width: number): string[] {
  if (stages.length === 0) return ['no user unlocked or used a skill in this period']
  const columns = [
    { title: 'skill', shrink: true, least: 20 },
    { title: 'unlocked', align: 'right' as const },
    { title: 'used', align: 'right' as const },
    { title: 'succeeded', align: 'right' as const },
    { title: 'rated', align: 'right' as const },
    { title: 'succeeded', align: 'right' as const, optional: true },
    { title: 'rated', align: 'right' as const, optional: true },
  ]
  const rows = stages.map(({ skillId, unlocked, used, succeeded, rated }) => [
    printable(skillId),
    unlocked === null ? 'open' : grouped(unlocked),
    grouped(used),
    grouped(succeeded),
    grouped(rated),
    share(succeeded, used),
    share(rated, used),
  ])
  return renderTable(columns, rows, width, style)
}

function share(part: number, whole: number): string {
  return whole === 0 ? '-' : percent((100 * part) / whole)
}
