import { printable } from '../../../../core/text.ts'
import type { Style } from '../../../../render/style.ts'
import { renderTable } from '../../../../render/table.ts'
import type { UserAction } from '../../../../stats/report.ts'
import { msOr } from './format.ts'

/** The actions of one user, latest first. */
export function timelineLines(actions: readonly UserAction[], style: Style, width: number): string[] {
  if (actions.length === 0) return ['no data for this user']
  const columns = [
    { title: 'time' },
    { title: 'what' },
    { title: 'skill', shrink: true, least: 16 },
    { title: 'detail', shrink: true, least: 12 },
    { title: 'latency', align: 'right' as const, optional: true },
    { title: 'version', optional: true, shrink: true },
    { title: 'session', optional: true, shrink: true },
  ]
  const rows = actions.map((action) => [
    action.at === null ? '-' : action.at.slice(0, 19).replace('T', ' '),
    action.kind,
    printable(action.skillId),
    detail(action),
    action.latencyMs === null ? '' : msOr(action.latencyMs),
    printable(action.version ?? ''),
    printable(action.sessionId ?? ''),
  ])
  return renderTable(columns, rows, width, style)
}

function detail({ rating, detail: text, notes }: UserAction): string {
  const parts = [rating === null ? '' : `rated ${rating}`, text ?? '', notes ?? '']
  return printable(
    parts
      .filter((part) => part !== '')
      .join(', ')
      .replaceAll(/\s+/g, ' '),
  )
}
