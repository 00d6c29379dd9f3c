import { SkillsError } from '../core/errors.ts'
import { readDuration } from '../core/durations.ts'
import { nearest } from '../core/text.ts'
import type { SkillStats } from './report.ts'

/** A condition of a gate, as `p95 > 2s`: a skill that meets it fails. */
export interface Condition {
  /** As it was given, without spaces around it. */
  text: string
  metric: MetricName
  operator: Operator
  limit: number
  /** What a value of the metric is multiplied with before it is compared: 100 for a limit in percent. */
  scale: number
}

type Operator = '<' | '<=' | '>' | '>='

interface Metric {
  unit: 'share' | 'ms' | 'rating' | 'count'
  /** The value of a skill times `scale`; null when there is none. */
  of: (skill: SkillStats, scale: number) => number | null
  /** A percentile, which the rollups estimate. */
  isPercentile?: true
}

/** What a condition can be about. To add a metric, add a line. */
const METRICS = {
  success: { unit: 'share', of: (skill, scale) => share(skill.successCount, skill, scale) },
  soft_fail: { unit: 'share', of: (skill, scale) => share(skill.softFail, skill, scale) },
  hard_refusal: { unit: 'share', of: (skill, scale) => share(skill.hardRefusal, skill, scale) },
  uses: { unit: 'count', of: ({ totalUses }) => totalUses },
  rating: { unit: 'rating', of: ({ avgRating }) => avgRating },
  avg: { unit: 'ms', of: ({ avgLatencyMs }) => avgLatencyMs },
  p50: { unit: 'ms', of: ({ latency }) => latency?.p50 ?? null, isPercentile: true },
  p90: { unit: 'ms', of: ({ latency }) => latency?.p90 ?? null, isPercentile: true },
  p95: { unit: 'ms', of: ({ latency }) => latency?.p95 ?? null, isPercentile: true },
  p99: { unit: 'ms', of: ({ latency }) => latency?.p99 ?? null, isPercentile: true },
  max: { unit: 'ms', of: ({ latency }) => latency?.max ?? null },
} as const satisfies Record<string, Metric>

export type MetricName = keyof typeof METRICS

/** The metrics, for messages and help. */
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[]

export function metricOf({ metric }: Condition): Metric {
  return METRICS[metric]
}

export function isMet({ operator, limit }: Condition, value: number): boolean {
  if (operator === '<') return value < limit
  if (operator === '<=') return value <= limit
  return operator === '>' ? value > limit : value >= limit
}

/**
 * Reads `METRIC OPERATOR LIMIT`. Throws USAGE with what is wrong.
 *
 * @example
 * readCondition('p95 > 2s') // { text: 'p95 > 2s', metric: 'p95', operator: '>', limit: 2000, scale: 1 }
 */
export function readCondition(given: string): Condition {
  const text = given.trim()
  const [, name = '', operator, limitText = ''] = /^([a-z0-9_-]+) *([<>]=?) *(\S+)$/i.exec(text) ?? []
  if (operator === undefined) throw invalid(text, 'expected METRIC < LIMIT, with <, <=, > or >=', EXAMPLES)
  const metric = METRIC_NAMES.find((known) => known === name.toLowerCase().replaceAll('-', '_'))
  if (metric === undefined) {
    const near = nearest(name, METRIC_NAMES)
    throw invalid(text, `no metric is called ${name}`, near === undefined ? `metrics: ${METRIC_NAMES.join(', ')}` : `did you mean ${near}?`)
  }
  return { text, metric, operator: operator as Operator, ...readLimit(text, METRICS[metric].unit, limitText) }
}

const EXAMPLES = "for example 'success < 0.9' or 'p95 > 2s'"

function readLimit(text: string, unit: Metric['unit'], limit: string): { limit: number; scale: number } {
  if (unit === 'ms') {
    const ms = /[a-z]$/.test(limit) ? readDuration(limit) : undefined
    if (ms === undefined) throw invalid(text, 'a latency has a number and a unit', 'for example 500ms or 2s')
    return { limit: ms, scale: 1 }
  }
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%)?$/.exec(limit) ?? []
  const number = Number(digits ?? Number.NaN)
  const scale = percent === undefined ? 1 : 100
  if (unit === 'share' && number <= scale) return { limit: number, scale }
  if (unit === 'share') throw invalid(text, 'a share of the uses is 0 to 1, or 0% to 100%', 'for example 0.9 or 90%')
  if (percent !== undefined || Number.isNaN(number)) throw invalid(text, `${limit} is not a number`, EXAMPLES)
  return { limit: number, scale: 1 }
}

function share(part: number, { totalUses }: SkillStats, scale: number): number | null {
  return totalUses === 0 ? null : (scale * part) / totalUses
}

function invalid(text: string, why: string, hint: string): SkillsError {
  return new SkillsError('USAGE', `invalid condition ${JSON.stringify(text)}: ${why}`, { hint })
}
