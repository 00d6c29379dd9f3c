import { grouped, printable } from '../../../../core/text.ts'
import type { Style } from '../../../../render/style.ts'
import { renderTable } from '../../../../render/table.ts'
import type { Cooccurrence } from '../../../../stats/report.ts'
import { minute, percent } from './format.ts'
import { BARS, barsOf } from './pictures.ts'

/** A row per set of skills. */
export function cooccurrenceLines(sets: readonly Cooccurrence[], style: Style, width: number): string[] {
  if (sets.length === 0) return ['no two skills have succeeded together in three sessions yet']
  const columns = [
    { title: 'skills', shrink: true, least: 48 },
    { title: 'sessions', align: 'right' as const },
    BARS,
    { title: 'users', align: 'right' as const },
    { title: 'success', align: 'right' as const },
    { title: 'tier', optional: true },
    { title: 'element', optional: true },
    { title: 'realm', shrink: true, optional: true },
    { title: 'last seen', optional: true },
  ]
  const bars = barsOf(
    sets.map(({ cooccurrenceCount }) => cooccurrenceCount),
    style,
  )
  const rows = sets.map((set, i) => [
    printable(set.skillSet.join(' + ')),
    grouped(set.cooccurrenceCount),
    bars[i] ?? '',
    grouped(set.distinctUsers),
    set.avgSuccessRate === null ? '-' : percent(set.avgSuccessRate * 100),
    printable(set.tier ?? '-'),
    printable(set.element ?? '-'),
    printable(set.realm ?? '-'),
    minute(set.lastObserved),
  ])
  return renderTable(columns, rows, width, style)
}
