import type { Section } from '../../../../render/html/page.ts'
import type { UserAction } from '../../../../stats/report.ts'
import { msOr } from '../text/format.ts'

/** The actions of one user, latest first. */
export function timelineSection(actions: readonly UserAction[]): Section[] {
  if (actions.length === 0) return []
  return [
    {
      id: 'timeline',
      heading: 'Timeline',
      table: {
        id: 'timeline-table',
        caption: 'Actions of the user, latest first',
        columns: [
          { title: 'time (UTC)' },
          { title: 'what' },
          { title: 'skill', prose: true },
          { title: 'version' },
          { title: 'detail', prose: true },
          { title: 'rating', number: true },
          { title: 'latency', number: true },
          { title: 'session' },
          { title: 'notes', prose: true },
        ],
        rows: actions.map((action) => [
          action.at === null ? '-' : action.at.slice(0, 19).replace('T', ' '),
          action.kind,
          action.skillId,
          action.version ?? '',
          action.detail ?? '',
          action.rating ?? '',
          action.latencyMs === null ? '' : msOr(action.latencyMs),
          action.sessionId ?? '',
          action.notes ?? '',
        ]),
      },
    },
  ]
}
