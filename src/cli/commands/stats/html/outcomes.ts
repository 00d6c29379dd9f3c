import { legend, type Mark, type Segment } from '../../../../render/html/marks.ts'
import type { Markup } from '../../../../render/html/markup.ts'
import type { SkillPage, SkillStats } from '../../../../stats/report.ts'
import { OUTCOME_LABELS, otherOutcomes } from '../tables.ts'

type Outcome = SkillPage['outcomes'][number]['outcome']

export const OUTCOME_MARKS: Readonly<Record<Outcome, Mark>> = {
  success: 'success',
  soft_fail: 'soft',
  hard_refusal: 'refusal',
  other: 'other',
}

export interface OutcomeCounts {
  success: number
  softFail: number
  hardRefusal: number
  other: number
}

/** In drawing order. */
export function outcomeSegments({ success, softFail, hardRefusal, other }: OutcomeCounts): Segment[] {
  return [
    { mark: 'success', value: success },
    { mark: 'soft', value: softFail },
    { mark: 'refusal', value: hardRefusal },
    { mark: 'other', value: other },
  ]
}

export function countsOf(skill: SkillStats): OutcomeCounts {
  return { success: skill.successCount, softFail: skill.softFail, hardRefusal: skill.hardRefusal, other: otherOutcomes(skill) }
}

/** The three outcomes, and others when there are any. */
export function outcomeLegend(rows: readonly OutcomeCounts[]): Markup {
  const names = (['success', 'soft_fail', 'hard_refusal', 'other'] as const).filter(
    (name) => name !== 'other' || rows.some(({ other }) => other > 0),
  )
  return legend(names.map((name) => ({ mark: OUTCOME_MARKS[name], label: OUTCOME_LABELS[name] })))
}
