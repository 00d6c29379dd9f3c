import { grouped, plural } from '../../../../core/text.ts'
import { barList } from '../../../../render/html/bars.ts'
import type { Section } from '../../../../render/html/page.ts'
import type { Cooccurrence } from '../../../../stats/report.ts'
import { minute, percentOr } from '../text/format.ts'

/** Which skills succeed together. */
export function cooccurrenceSection(sets: readonly Cooccurrence[]): Section[] {
  if (sets.length === 0) return []
  return [
    {
      id: 'together',
      heading: 'Used together',
      intro: 'Skills that succeeded in one session, by the number of sessions.',
      chart: barList(
        'Sessions of each set of skills',
        sets.map((set) => ({
          label: [set.skillSet.join(' + '), ...where(set)].join(', '),
          value: plural(set.cooccurrenceCount, 'session'),
          segments: [{ mark: 'plain', value: set.cooccurrenceCount }],
        })),
        Math.max(...sets.map(({ cooccurrenceCount }) => cooccurrenceCount)),
      ),
      table: {
        id: 'together-table',
        caption: 'Skills used together',
        columns: [
          { title: 'skills' },
          { title: 'sessions', number: true },
          { title: 'users', number: true },
          { title: 'success rate', number: true },
          { title: 'tier' },
          { title: 'element' },
          { title: 'realm' },
          { title: 'first seen (UTC)' },
          { title: 'last seen (UTC)' },
        ],
        rows: sets.map((set) => [
          set.skillSet.join(' + '),
          grouped(set.cooccurrenceCount),
          grouped(set.distinctUsers),
          percentOr(set.avgSuccessRate === null ? null : set.avgSuccessRate * 100),
          set.tier ?? '-',
          set.element ?? '-',
          set.realm ?? '-',
          minute(set.firstObserved),
          minute(set.lastObserved),
        ]),
      },
    },
  ]
}

function where({ tier, element, realm }: Cooccurrence): string[] {
  return [tier, element, realm].filter((value) => value !== null)
}
