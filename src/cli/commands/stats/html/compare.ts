import { grouped } from '../../../../core/text.ts'
import { changeList } from '../../../../render/html/bars.ts'
import type { Section } from '../../../../render/html/page.ts'
import type { Comparison, SkillChange } from '../../../../stats/report.ts'
import { minute, percentOr } from '../text/format.ts'

/** Changes of the success rate between two periods, and whether they are significant. */
export function compareSection({ before, after, total, skills, falseDiscoveryRate }: Comparison): Section[] {
  const rows = [total, ...skills]
  return [
    {
      id: 'change',
      heading: 'Change of the success rate',
      intro: `${minute(after.since)} to ${minute(after.until)} against ${minute(before.since)} to ${minute(before.until)}, UTC. Better and worse are significant changes: two-proportion z-test, expected false discovery rate at most ${100 * falseDiscoveryRate} %.`,
      chart: changeList(
        'Success rate before and after, of each skill',
        rows.map((row) => ({
          label: nameOf(row),
          value: `${points(row)}${row.verdict}`,
          before: row.successRateBeforePct,
          after: row.successRateAfterPct,
        })),
      ),
      table: {
        id: 'change-table',
        caption: 'Change of the success rate',
        columns: [
          { title: 'skill' },
          { title: 'before', number: true },
          { title: 'after', number: true },
          { title: 'points', number: true },
          { title: 'verdict' },
          { title: 'uses before', number: true },
          { title: 'uses after', number: true },
          { title: 'p', number: true },
        ],
        rows: rows.map((row) => [
          nameOf(row),
          percentOr(row.successRateBeforePct),
          percentOr(row.successRateAfterPct),
          row.differencePoints === null ? '-' : signed(row.differencePoints),
          row.verdict,
          grouped(row.usesBefore),
          grouped(row.usesAfter),
          row.pValue === null ? '-' : row.pValue < 0.0001 ? '<0.0001' : row.pValue.toFixed(4),
        ]),
      },
    },
  ]
}

function nameOf({ skillId }: SkillChange): string {
  return skillId ?? 'all skills'
}

function points({ differencePoints }: SkillChange): string {
  return differencePoints === null ? '' : `${signed(differencePoints)} points, `
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(1)}`
}
