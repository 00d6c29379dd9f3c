import { grouped, plural } from '../../../../core/text.ts'
import { barList } from '../../../../render/html/bars.ts'
import { trend } from '../../../../render/html/columns.ts'
import { markup } from '../../../../render/html/markup.ts'
import type { Section } from '../../../../render/html/page.ts'
import type { SkillStats } from '../../../../stats/report.ts'
import { countOr, minute, msOr, percentOr } from '../text/format.ts'
import { countCells, countsOf, outcomeLegend, outcomeSegments } from './outcomes.ts'

/** The skills by uses, with their outcomes. */
export function skillsSection(skills: readonly SkillStats[], truncated: boolean): Section[] {
  if (skills.length === 0) return []
  const most = Math.max(...skills.map(({ totalUses }) => totalUses))
  const counts = skills.map(countsOf)
  return [
    {
      id: 'skills',
      heading: 'Skills',
      intro: `${truncated ? `The ${plural(skills.length, 'most used skill')}` : plural(skills.length, 'skill')} by uses, and how the uses ended.`,
      chart: markup`${outcomeLegend(counts)}${barList(
        'Uses of each skill by outcome',
        skills.map((skill) => ({
          label: skill.skillId,
          value: `${plural(skill.totalUses, 'use')}, ${percentOr(skill.successRatePct)} success`,
          segments: outcomeSegments(countsOf(skill)),
        })),
        most,
      )}`,
      table: {
        id: 'skills-table',
        caption: 'Skills by uses; the trend covers the last 30 days, with a scale for each row',
        columns: [
          { title: 'skill' },
          { title: 'uses', number: true },
          { title: 'trend' },
          { title: 'success rate', number: true },
          ...['success', 'soft fail', 'refusal', 'other', 'average', 'p50', 'p95', 'rating', 'votes', 'users'].map((title) => ({
            title,
            number: true,
          })),
          { title: 'first use (UTC)' },
          { title: 'last use (UTC)' },
        ],
        rows: skills.map((skill) => [
          skill.skillId,
          grouped(skill.totalUses),
          skill.recent.length === 0 ? '-' : trend(skill.recent),
          percentOr(skill.successRatePct),
          ...countCells(countsOf(skill)),
          msOr(skill.avgLatencyMs),
          msOr(skill.latency?.p50),
          msOr(skill.latency?.p95),
          skill.avgRating === null ? '-' : skill.avgRating.toFixed(2),
          grouped(skill.feedback),
          countOr(skill.uniqueUsers),
          minute(skill.firstUse),
          minute(skill.lastUse),
        ]),
      },
    },
  ]
}
