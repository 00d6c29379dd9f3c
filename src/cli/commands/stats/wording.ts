import { plural, printable } from '../../../core/text.ts'
import type { Comparison, StatsReport } from '../../../stats/report.ts'
import { minute } from './table.ts'

/** Why the view has no rows. */
export function emptyReason({ view, skill }: StatsReport): string {
  switch (view) {
    case 'cooccurrence':
      return 'no two skills have succeeded together in three sessions yet'
    case 'funnel':
      return 'no user unlocked or used a skill in this period'
    case 'sessions':
      return 'no session has such events in this period'
    case 'user':
      return 'no data for this user'
    default:
      return `no uses${skill === null ? '' : ` of ${printable(skill)}`} in this period`
  }
}

export function comparedPeriods({ before, after }: Comparison): string {
  return `${minute(after.since)} to ${minute(after.until)} against ${minute(before.since)} to ${minute(before.until)}`
}

export function comparisonTest({ falseDiscoveryRate }: Comparison): string {
  return `better and worse are significant changes (two-proportion z-test; expected false discovery rate at most ${100 * falseDiscoveryRate} %); no change: with 95 % confidence within 1 point; not proven: more uses are needed to tell`
}

/** `only version 1.0.0, tier CORE`; empty without filters. */
export function filterText({ filters }: Pick<StatsReport, 'filters'>): string {
  const parts = Object.entries(filters).flatMap(([name, value]) => (value === null ? [] : [`${name} ${printable(value)}`]))
  return parts.length === 0 ? '' : `only ${parts.join(', ')}`
}

/** The uses that the chart of days does not show; empty without any. */
export function otherDaysText({ before, after }: StatsReport['otherDays']): string {
  const parts = [
    ...(before === 0 ? [] : [`${plural(before, 'use')} on earlier days`]),
    ...(after === 0 ? [] : [`${plural(after, 'use')} on future days`]),
  ]
  return parts.length === 0 ? '' : `not in the chart: ${parts.join(', ')}`
}

/** The same words as a sentence. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
