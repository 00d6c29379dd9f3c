import { EARLIEST_MS } from '../core/times.ts'
import { bindingsOf, keptFrom, periodOf, type Question } from './question.ts'
import { LATENCY, latencyOfRow } from './percentiles.ts'
import type { Comparison, Latency, SkillChange } from './report.ts'
import { count } from './report-query.ts'

const FALSE_DISCOVERY_RATE = 0.05

interface Uses {
  uses: number
  success: number
  latency: Latency | null
}

/**
 * The last `lengthMs` milliseconds against the same time before: changes of the success rate that are not chance. `all` has every skill,
 * also beyond the limit.
 */
export async function readComparison(question: Question, lengthMs: number): Promise<{ comparison: Comparison; all: SkillChange[] }> {
  const ago = (ms: number): Date => {
    const time = new Date(Math.max(question.now.getTime() - ms, EARLIEST_MS))
    return keptFrom(time, question.prunedBefore, question.mode === 'exact')
  }
  const [start, middle] = [ago(2 * lengthMs), ago(lengthMs)]
  const before = await readUses(question, start, middle)
  const after = await readUses(question, middle, question.now)
  const skills = [...new Set([...before.keys(), ...after.keys()])].map((skillId) =>
    change(skillId, before.get(skillId), after.get(skillId)),
  )
  const real = realChanges(
    skills.map(({ pValue }) => pValue),
    FALSE_DISCOVERY_RATE,
  )
  const judged = skills.map((skill, i) => (real.has(i) ? { ...skill, verdict: direction(skill) } : skill))
  const total = change(null, sum(before), sum(after))
  const comparison: Comparison = {
    before: { since: start.toISOString(), until: middle.toISOString() },
    after: { since: middle.toISOString(), until: question.now.toISOString() },
    falseDiscoveryRate: FALSE_DISCOVERY_RATE,
    total: total.pValue !== null && total.pValue < FALSE_DISCOVERY_RATE ? { ...total, verdict: direction(total) } : total,
    skills: judged.toSorted(surestFirst).slice(0, question.limit),
  }
  return { comparison, all: judged }
}

async function readUses(question: Question, since: Date, until: Date): Promise<Map<string, Uses>> {
  const asked = { ...question, period: periodOf(since, until) }
  const rows = await question.queries.run(question.db, 'rates', question.mode, bindingsOf(asked), { skill_id: 'text', ...LATENCY })
  return new Map(
    rows.map((row) => [row.skill_id, { uses: count(row['uses']), success: count(row['success']), latency: latencyOfRow(row) }]),
  )
}

function change(skillId: string | null, before: Uses = NONE, after: Uses = NONE): SkillChange {
  const [rateBefore, rateAfter] = [before, after].map(({ uses, success }) => (uses === 0 ? null : (100 * success) / uses))
  const pValue = proportionTest(before, after)
  const differenceInterval = intervalOf(before, after)
  return {
    skillId,
    latencyBefore: before.latency,
    latencyAfter: after.latency,
    usesBefore: before.uses,
    usesAfter: after.uses,
    successRateBeforePct: rounded(rateBefore),
    successRateAfterPct: rounded(rateAfter),
    differencePoints: rateBefore === null || rateAfter === null ? null : rounded((rateAfter ?? 0) - (rateBefore ?? 0)),
    differenceInterval,
    pValue,
    verdict: before.uses === 0 ? 'new' : after.uses === 0 ? 'gone' : pValue === null ? 'too few' : isSmall(differenceInterval),
  }
}

/** A difference of less than this many percentage points is no change. */
const SMALL_POINTS = 1

function isSmall(interval: Interval | null): 'no change' | 'not proven' {
  return interval !== null && interval.low >= -SMALL_POINTS && interval.high <= SMALL_POINTS ? 'no change' : 'not proven'
}

const NONE: Uses = { uses: 0, success: 0, latency: null }

function sum(all: ReadonlyMap<string, Uses>): Uses {
  return [...all.values()].reduce((a, b) => ({ uses: a.uses + b.uses, success: a.success + b.success, latency: null }), NONE)
}

function direction({ differencePoints }: SkillChange): 'better' | 'worse' {
  return (differencePoints ?? 0) > 0 ? 'better' : 'worse'
}

function rounded(value: number | null | undefined): number | null {
  return value === null || value === undefined ? null : Math.round(value * 100) / 100
}

function surestFirst(a: SkillChange, b: SkillChange): number {
  if (isReal(a) !== isReal(b)) return isReal(a) ? -1 : 1
  if (isReal(a)) return (a.pValue ?? 1) - (b.pValue ?? 1)
  return b.usesBefore + b.usesAfter - a.usesBefore - a.usesAfter || ((a.skillId ?? '') < (b.skillId ?? '') ? -1 : 1)
}

function isReal({ verdict }: SkillChange): boolean {
  return verdict === 'better' || verdict === 'worse'
}

/** With fewer expected successes or failures in a sample the normal approximation is not valid. */
const LEAST_EXPECTED = 5

/**
 * p-value of the two-sided two-proportion z-test with the pooled variance: how likely a difference at least this large
 * is when both samples have the same rate. null when the samples are too small.
 */
function proportionTest(a: Uses, b: Uses): number | null {
  const pooled = (a.success + b.success) / (a.uses + b.uses)
  const expected = Math.min(a.uses, b.uses) * Math.min(pooled, 1 - pooled)
  if (!(expected >= LEAST_EXPECTED)) return null
  const z = (b.success / b.uses - a.success / a.uses) / Math.sqrt(pooled * (1 - pooled) * (1 / a.uses + 1 / b.uses))
  return 2 * upperTail(Math.abs(z))
}

type Interval = NonNullable<SkillChange['differenceInterval']>

/** Of a normal distribution, 95 % is within this many standard deviations. */
const Z_95 = 1.959_963_984_540_054

/** 95 % confidence interval of the difference of two rates in percentage points: Newcombe (1998), method 10. null without a sample. */
function intervalOf(a: Uses, b: Uses): Interval | null {
  if (a.uses === 0 || b.uses === 0) return null
  const [before, after] = [wilson(a), wilson(b)]
  const difference = after.rate - before.rate
  const low = difference - Math.hypot(after.rate - after.low, before.high - before.rate)
  const high = difference + Math.hypot(after.high - after.rate, before.rate - before.low)
  return { low: Math.round(low * 1e4) / 100, high: Math.round(high * 1e4) / 100 }
}

/** A rate and its 95 % interval by Wilson (1927), which holds also near 0 and 1. */
function wilson({ uses, success }: Uses): { rate: number; low: number; high: number } {
  const rate = success / uses
  const z2 = Z_95 ** 2
  const center = (rate + z2 / (2 * uses)) / (1 + z2 / uses)
  const half = (Z_95 / (1 + z2 / uses)) * Math.sqrt((rate * (1 - rate)) / uses + z2 / (4 * uses ** 2))
  return { rate, low: Math.max(0, center - half), high: Math.min(1, center + half) }
}

/**
 * The indexes of the p-values that are real changes, when at most the share `rate` of them may be chance: Benjamini and
 * Hochberg (1995). Without it, one in twenty of a thousand unchanged skills would be reported as a change.
 */
function realChanges(pValues: readonly (number | null)[], rate: number): Set<number> {
  const tested = pValues.flatMap((p, i) => (p === null ? [] : [{ p, i }])).toSorted((a, b) => a.p - b.p)
  const last = tested.findLastIndex(({ p }, rank) => p <= (rate * (rank + 1)) / tested.length)
  return new Set(tested.slice(0, last + 1).map(({ i }) => i))
}

/** Upper tail of the standard normal distribution: Abramowitz and Stegun 26.2.17, off by less than 7.5e-8. */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * z)
  const series = t * (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))))
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series
}
