import { grouped } from '../../../../core/text.ts'
import { barList, type BarRow } from '../../../../render/html/bars.ts'
import { markup, type Markup } from '../../../../render/html/markup.ts'
import type { Section } from '../../../../render/html/page.ts'
import type { FunnelStage } from '../../../../stats/report.ts'
import { percent } from '../text/format.ts'

/** Users at each stage of each skill. */
export function funnelSection(stages: readonly FunnelStage[]): Section[] {
  if (stages.length === 0) return []
  return [
    {
      id: 'funnel',
      heading: 'From unlocked to rated',
      intro: 'Users of each skill at each stage; all bars have one scale. A foundational skill needs no unlock.',
      chart: markup`${stages.map((stage) => drawn(stage, Math.max(...stages.map(widest))))}`,
      table: {
        id: 'funnel-table',
        caption: 'Users at each stage',
        columns: [{ title: 'skill' }, ...['unlocked', 'used', 'succeeded', 'rated'].map((title) => ({ title, number: true }))],
        rows: stages.map((stage) => [
          stage.skillId,
          stage.unlocked === null ? 'open' : grouped(stage.unlocked),
          grouped(stage.used),
          grouped(stage.succeeded),
          grouped(stage.rated),
        ]),
      },
    },
  ]
}

function drawn(stage: FunnelStage, max: number): Markup {
  return markup`<h3>${stage.skillId}</h3>${barList(
    `Users of ${stage.skillId} at each stage`,
    [
      ...(stage.unlocked === null ? [] : [row('unlocked', stage.unlocked, null)]),
      row('used', stage.used, null),
      row('succeeded', stage.succeeded, stage.used),
      row('rated', stage.rated, stage.used),
    ],
    max,
  )}`
}

/** With the share of the users, when there are users. */
function row(label: string, value: number, users: number | null): BarRow {
  return {
    label,
    value: users === null || users === 0 ? grouped(value) : `${grouped(value)}, ${percent((100 * value) / users)} of the users`,
    segments: [{ mark: 'plain', value }],
  }
}

function widest({ unlocked, used, succeeded, rated }: FunnelStage): number {
  return Math.max(unlocked ?? 0, used, succeeded, rated)
}
