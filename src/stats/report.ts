import type { Count, Day, Integer, Percent, Time } from '../core/report-types.ts'

/**
 * The result of `stats`. Times and days are UTC; a rate is in percent when its name ends in `Pct`. `view` is the kind of
 * query; an optional key exists only for its own view.
 */
export interface StatsReport {
  view: StatsViewName
  /** Events from this time on are counted; null: no lower bound. */
  since: Time | null
  /** Events before this time are counted; null: no upper bound. */
  until: Time | null
  skill: string | null
  /** Only events with these values are counted; null: with any. */
  filters: StatsFilters
  /** Of the days and hours in the report; all other times are UTC. */
  timeZone: string
  source: StatsSource
  /** For all skills, also when the query is about one. */
  totals: Totals
  /** The most used first. For a query about one skill: that skill, or empty when it was not used. */
  skills: SkillStats[]
  /** Uses for each day, without gaps, of the skill or of all skills; within the 366 days up to today. */
  days: DayPoint[]
  /** Uses of the other days. */
  otherDays: OtherDays
  /** With `--cooccurrence`. */
  cooccurrence?: Cooccurrence[]
  /** For a query about one skill. */
  page?: SkillPage
  /** With `--by`. */
  groups?: Groups
  /** With `--compare`. */
  compare?: Comparison
  /** With `--funnel`. */
  funnel?: FunnelStage[]
  /** With `--user`. */
  timeline?: UserAction[]
  /** With `--openmetrics`. */
  metrics?: SkillMetrics[]
  /** With `--sessions`: the latest first. */
  sessions?: SessionStats[]
  /** With `--fail-if` and `--fail-on`. */
  gate?: Gate
  /** There are more rows than `--limit`. */
  truncated: boolean
}

export interface StatsFilters {
  version: string | null
  /** Of the state snapshot, else of the event. */
  tier: string | null
  outcome: string | null
  element: string | null
  realm: string | null
  /** Of the skill in the registry. */
  category: string | null
}

export type StatsViewName = 'overview' | 'skill' | 'groups' | 'cooccurrence' | 'compare' | 'funnel' | 'user' | 'sessions' | 'gate'

/** Where the numbers come from, and how exact they are. */
export interface StatsSource {
  /** `rollup`: the rollups, and the events that they do not contain. `raw`: every event was read. */
  kind: 'rollup' | 'raw'
  /** Events in the rollups; null when the rollups were not used. */
  rolled: Count | null
  /** Events that the rollups do not contain. The report contains them too. The count stops at 1,000,000. */
  tail: Count | null
  /** Events that this call added to the rollups. */
  advanced: Count
  /** When the rollups were last updated. */
  steppedAt: Time | null
  /** The largest error of a latency percentile, in percent; 0 when it comes from the events. */
  percentileErrorPct: number
  /** Events before this time were deleted (`prune-events`); only the rollups contain them. */
  prunedBefore: Time | null
  /** Events and feedback that cannot be added up: they are in no number of the report. */
  setAside: Count
  /** Events with a time after now. A period does not count them; all time does. The count stops at 1,000,000. */
  future: Count
  /** Why the rollups were not used, or not updated; what is missing. */
  note: string | null
}

export interface Totals {
  events: Count
  /** null: events of the period were deleted, so users cannot be counted. */
  users: Count | null
  sessions: Count | null
  skillsUsed: Count
  success: Count
  softFail: Count
  hardRefusal: Count
  otherOutcomes: Count
  feedback: Count
  avgRating: number | null
  /** null: only the overview counts them. */
  unlocks: Count | null
  registered: Count
  enabled: Count
  firstEvent: Time | null
  lastEvent: Time | null
}

export interface SkillStats {
  skillId: string
  totalUses: Count
  successCount: Count
  softFail: Count
  hardRefusal: Count
  successRatePct: Percent | null
  avgLatencyMs: number | null
  latency: Latency | null
  feedback: Count
  avgRating: number | null
  /** null as in `Totals`, and for a version of a skill. */
  uniqueUsers: Count | null
  firstUse: Time | null
  lastUse: Time | null
  /** Uses for each day of the period, at most the last 30 up to today, the latest last; empty for a version. */
  recent: Count[]
}

/** In milliseconds. `min` and `max` are exact; `source.percentileErrorPct` is the error of the percentiles. */
export interface Latency {
  min: number
  p50: number
  p90: number
  p95: number
  p99: number
  max: number
  /** Where the percentiles of the events are; from the events, both are the percentile. */
  bounds: { p50: LatencyBound; p90: LatencyBound; p95: LatencyBound; p99: LatencyBound }
}

/** In whole milliseconds, both included. */
export interface LatencyBound {
  low: number
  high: number
}

export interface DayPoint {
  day: Day
  uses: Count
  success: Count
}

/** Uses on days that `days` does not reach. */
export interface OtherDays {
  before: Count
  /** In the future. */
  after: Count
}

export interface Cooccurrence {
  /** @minItems 2 */
  skillSet: string[]
  tier: string | null
  element: string | null
  realm: string | null
  cooccurrenceCount: Count
  distinctUsers: Count
  /**
   * 0 to 1.
   * @minimum 0
   * @maximum 1
   */
  avgSuccessRate: number | null
  firstObserved: Time | null
  lastObserved: Time | null
}

/** Details of one skill. */
export interface SkillPage {
  /** The registry row; null when the skill is not registered. */
  registered: { version: string; enabled: boolean; trustLevel: Integer; tier: string | null; category: string | null } | null
  versions: (SkillStats & { version: string })[]
  outcomes: { outcome: 'success' | 'soft_fail' | 'hard_refusal' | 'other'; uses: Count }[]
  tags: { tag: string; count: Count }[]
  /** Uses by hour of the week, from Monday 00:00 UTC: 168 numbers. null: events of the period were deleted. */
  hoursOfWeek: Count[] | null
}

export type Dimension = 'tier' | 'category' | 'element' | 'realm' | 'version' | 'outcome' | 'day' | 'hour'

export interface Groups {
  by: Dimension
  rows: GroupStats[]
}

export interface GroupStats {
  /** The skill of a version; null for every other dimension. */
  skillId: string | null
  /** null: events without this value. */
  key: string | null
  uses: Count
  success: Count
  softFail: Count
  hardRefusal: Count
  otherOutcomes: Count
  successRatePct: Percent | null
  avgLatencyMs: number | null
}

/** A period compared with the period of the same length before it. */
export interface Comparison {
  before: { since: Time; until: Time }
  after: { since: Time; until: Time }
  /** The accepted share of false alarms among the reported changes (Benjamini and Hochberg). */
  falseDiscoveryRate: number
  total: SkillChange
  /** Significant changes first, by p-value; then by uses. */
  skills: SkillChange[]
}

export interface SkillChange {
  skillId: string | null
  /** null for all skills together, and without latencies. */
  latencyBefore: Latency | null
  latencyAfter: Latency | null
  usesBefore: Count
  usesAfter: Count
  successRateBeforePct: Percent | null
  successRateAfterPct: Percent | null
  /** After minus before, in percentage points. */
  differencePoints: number | null
  /**
   * Of the two-sided two-proportion z-test, 0 to 1 with an error below 1e-6; null when there are too few uses.
   * @minimum 0
   * @maximum 1.0000001
   */
  pValue: number | null
  /** The 95 % confidence interval of `differencePoints` (Newcombe); null without uses before or after. */
  differenceInterval: { low: number; high: number } | null
  /**
   * `better`, `worse`: a significant change. `no change`: the whole interval is within 1 percentage point. `not proven`: neither; more
   * uses would be needed. `too few`: the samples are too small for the test. `new`, `gone`: no uses before, or after.
   */
  verdict: 'better' | 'worse' | 'no change' | 'not proven' | 'too few' | 'new' | 'gone'
}

/** Sums over all time of a skill and version. They only grow, except when a person is forgotten or the rollups lose their history. */
export interface SkillMetrics {
  skillId: string
  version: string
  uses: Count
  success: Count
  softFail: Count
  hardRefusal: Count
  /** Uses with a latency. */
  latencyCount: Count
  latencySumMs: Count
  /** How many uses took up to 2^octave ms, and more than half of that; octave 0 is up to 1 ms. */
  latencies: { octave: Count; uses: Count }[]
  inputTokens: Count
  outputTokens: Count
  costUsd: number
}

/** Skills judged by conditions. The gate fails when `failures` is not empty. */
export interface Gate {
  /** Skills with fewer uses are judged by conditions about uses only; null for a comparison, which has its own test. */
  minUses: Count | null
  /** Skills that were used or are enabled; of a comparison: skills that were used. */
  skills: Count
  /** Of these, skills with enough uses. */
  enoughUses: Count
  /** `judged` skills have a value; with 0, the condition says nothing. */
  conditions: { condition: string; judged: Count; failed: Count }[]
  failures: GateFailure[]
}

/** A skill that meets a condition. */
export interface GateFailure {
  /** null: all skills together. */
  skillId: string | null
  condition: string
  /** `share`: 0 to 1. `difference`: of two shares, -1 to 1. `ms`: milliseconds. */
  unit: 'share' | 'difference' | 'ms' | 'rating' | 'count'
  value: number
  uses: Count
  /** The value is an estimate near the limit, because the events are pruned. */
  isEstimate: boolean
}

/** Users of a skill at each stage. */
export interface FunnelStage {
  skillId: string
  /** null: the skill is foundational, so it needs no unlock. */
  unlocked: Count | null
  used: Count
  succeeded: Count
  rated: Count
}

/** The events of one session that the question is about. */
export interface SessionStats {
  sessionId: string
  userId: string
  uses: Count
  success: Count
  softFail: Count
  hardRefusal: Count
  skills: string[]
  versions: string[]
  /** Reasons of failures (`error_type`). */
  errorTypes: string[]
  avgLatencyMs: number | null
  firstUse: Time | null
  lastUse: Time | null
}

export interface UserAction {
  at: Time | null
  kind: 'use' | 'feedback' | 'unlock' | 'lock'
  skillId: string
  version: string | null
  /** The outcome of a use, the tags of feedback, or the reason of an unlock. */
  detail: string | null
  latencyMs: number | null
  rating: number | null
  sessionId: string | null
  notes: string | null
}
