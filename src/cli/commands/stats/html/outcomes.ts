import { plural } from '../../../../core/text.ts'
import { barList } from '../../../../render/html/bars.ts'
import { legend, type Mark } from '../../../../render/html/marks.ts'
import { markup, type Markup } from '../../../../render/html/markup.ts'
import type { SkillStats } from '../../../../stats/report.ts'
import { percent, printed } from '../table.ts'
import { OUTCOME_LABELS, otherOutcomes, type OutcomeName } from '../columns.ts'

export const OUTCOME_MARKS: Readonly<Record<OutcomeName, Mark>> = {
  success: 'success',
  soft_fail: 'soft',
  hard_refusal: 'refusal',
  other: 'other',
}

/** In drawing order. */
const OUTCOMES = ['success', 'soft_fail', 'hard_refusal', 'other'] as const

export interface OutcomeBar {
  label: string
  uses: number
  /** In percent. Undefined: the success rate is not shown. */
  successRate: number | null | undefined
  counts: Readonly<Record<OutcomeName, number>>
}

/** Bars of uses divided by outcome, on one scale or each on its own, with a legend: the three outcomes, and others when there are any. */
export function outcomeChart(label: string, bars: readonly OutcomeBar[], scale: 'one' | 'each' = 'one'): Markup {
  const shown = OUTCOMES.filter((name) => name !== 'other' || bars.some(({ counts }) => counts.other > 0))
  const rows = bars.map(({ label: name, uses, successRate, counts }) => ({
    label: name,
    value: `${plural(uses, 'use')}${successRate === undefined ? '' : `, ${printed(successRate, percent)} success`}`,
    segments: OUTCOMES.map((outcome) => ({ mark: OUTCOME_MARKS[outcome], value: counts[outcome] })),
    ...(scale === 'each' ? { max: uses } : {}),
  }))
  return markup`${legend(shown.map((name) => ({ mark: OUTCOME_MARKS[name], label: OUTCOME_LABELS[name] })))}${barList(label, rows, Math.max(...bars.map(({ uses }) => uses)))}`
}

export function outcomeBar(label: string, row: SkillStats): OutcomeBar {
  const { totalUses: uses, successRatePct: successRate, successCount: success, softFail: soft_fail, hardRefusal: hard_refusal } = row
  return { label, uses, successRate, counts: { success, soft_fail, hard_refusal, other: otherOutcomes(row) } }
}
