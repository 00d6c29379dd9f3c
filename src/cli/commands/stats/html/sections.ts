import { grouped, plural } from '../../../../core/text.ts'
import { barList, changeList, type BarRow } from '../../../../render/html/bars.ts'
import { markup, type Markup } from '../../../../render/html/markup.ts'
import type { Section } from '../../../../render/html/page.ts'
import type { Comparison, Cooccurrence, FunnelStage, Groups, StatsReport } from '../../../../stats/report.ts'
import { percent, printed } from '../table.ts'
import { changesOf, shareOf, signed, tableOf } from '../columns.ts'
import { comparedPeriods, comparisonTest, sentence } from '../wording.ts'
import { dataTable } from './data-table.ts'
import { daysSection } from './days.ts'
import { outcomeBar, outcomeChart } from './outcomes.ts'
import { skillPageSections } from './skill-page.ts'

/** The charts of the view, each with its table. */
export function sectionsOf(report: StatsReport): Section[] {
  const { view, skills, page, groups, compare, funnel = [], cooccurrence = [], truncated } = report
  const main = tableOf(report)
  if (main.rowCount === 0 && view !== 'skill') return []
  switch (view) {
    case 'overview':
      return [
        ...daysSection(report),
        {
          id: 'skills',
          heading: 'Skills',
          intro: `${truncated ? `The ${plural(skills.length, 'most used skill')}` : plural(skills.length, 'skill')} by uses, and how the uses ended.`,
          chart: outcomeChart(
            'Uses of each skill by outcome',
            skills.map((skill) => outcomeBar(skill.skillId, skill)),
          ),
          table: dataTable('Skills by uses; the trend covers the last 30 days, with a scale for each row', main),
        },
      ]
    case 'skill':
      return skills[0] === undefined || page === undefined
        ? []
        : [...daysSection(report), ...skillPageSections(skills[0], page, main, report.timeZone)]
    case 'groups':
      if (groups === undefined) return []
      return [
        {
          id: 'groups',
          heading: `Uses by ${groups.by}`,
          chart: groupsChart(groups),
          table: dataTable(`Uses by ${groups.by}`, main),
        },
      ]
    case 'cooccurrence':
      return [
        {
          id: 'together',
          heading: 'Used together',
          intro: 'Skills that succeeded in one session, by the number of sessions.',
          chart: cooccurrenceChart(cooccurrence),
          table: dataTable('Skills used together', main),
        },
      ]
    case 'gate':
      return [
        {
          id: 'gate',
          heading: 'Failed skills',
          intro: 'Skills that meet a condition of --fail-if.',
          table: dataTable('Failed skills, with what was found', main),
        },
      ]
    case 'compare':
      if (compare === undefined) return []
      return [
        {
          id: 'change',
          heading: 'Change of the success rate',
          intro: `${comparedPeriods(compare)}, UTC. ${sentence(comparisonTest(compare))}`,
          chart: changeChart(compare),
          table: dataTable('Change of the success rate', main),
        },
      ]
    case 'funnel':
      return [
        {
          id: 'funnel',
          heading: 'From unlocked to rated',
          intro: 'Users of each skill at each stage; all bars have one scale. A foundational skill needs no unlock.',
          chart: markup`${funnel.map((stage) => stageChart(stage, Math.max(...funnel.map(widest))))}`,
          table: dataTable('Users at each stage', main),
        },
      ]
    case 'sessions':
      return [{ id: 'sessions', heading: 'Sessions', table: dataTable('Sessions with these events, latest first', main) }]
    case 'user':
      return [{ id: 'timeline', heading: 'Timeline', table: dataTable('Actions of the user, latest first', main) }]
  }
}

function groupsChart({ by, rows }: Groups): Markup {
  const bars = rows.map(({ skillId, key, uses, successRatePct, success, softFail, hardRefusal, otherOutcomes }) => ({
    label: `${skillId === null ? '' : `${skillId} `}${key ?? '(none)'}`,
    uses,
    successRate: by === 'outcome' ? undefined : successRatePct,
    counts: { success, soft_fail: softFail, hard_refusal: hardRefusal, other: otherOutcomes },
  }))
  return outcomeChart(`Uses by ${by} and outcome`, bars)
}

function cooccurrenceChart(sets: readonly Cooccurrence[]): Markup {
  return barList(
    'Sessions of each set of skills',
    sets.map(({ skillSet, tier, element, realm, cooccurrenceCount }) => ({
      label: [skillSet.join(' + '), tier, element, realm].filter((part) => part !== null).join(', '),
      value: plural(cooccurrenceCount, 'session'),
      segments: [{ mark: 'plain', value: cooccurrenceCount }],
    })),
    Math.max(...sets.map(({ cooccurrenceCount }) => cooccurrenceCount)),
  )
}

function changeChart(compare: Comparison): Markup {
  return changeList(
    'Success rate before and after, of each skill',
    changesOf(compare).map(({ skillId, verdict, differencePoints, successRateBeforePct, successRateAfterPct }) => ({
      label: skillId ?? 'all skills',
      value: `${differencePoints === null ? '' : `${signed(differencePoints)} points, `}${verdict}`,
      before: successRateBeforePct,
      after: successRateAfterPct,
    })),
  )
}

function stageChart(stage: FunnelStage, max: number): Markup {
  return markup`<h3>${stage.skillId}</h3>${barList(
    `Users of ${stage.skillId} at each stage`,
    [
      ...(stage.unlocked === null ? [] : [stageBar('unlocked', stage.unlocked, 0)]),
      stageBar('used', stage.used, 0),
      stageBar('succeeded', stage.succeeded, stage.used),
      stageBar('rated', stage.rated, stage.used),
    ],
    max,
  )}`
}

/** With the share of the users, when there are users. */
function stageBar(label: string, value: number, users: number): BarRow {
  const share = printed(shareOf(value, users), (pct) => `, ${percent(pct)} of the users`, '')
  return { label, value: `${grouped(value)}${share}`, segments: [{ mark: 'plain', value }] }
}

function widest({ unlocked, used, succeeded, rated }: FunnelStage): number {
  return Math.max(unlocked ?? 0, used, succeeded, rated)
}
