import type { Count, Day, Integer, Percent, Time } from '../core/report-types.ts'

/**
 * The report of `stats`. Times are ISO 8601, days `YYYY-MM-DD`, both UTC; rates are percent when the name ends with `Pct`.
 * `view` is the question that was asked; the optional parts are set for their own view only.
 */
export interface StatsReport {
  view: StatsViewName
  /** The events counted are from `since` on and before `until`; null without a bound. */
  since: Time | null
  until: Time | null
  skill: string | null
  source: StatsSource
  /** Of all skills, also when the question is about one skill. */
  totals: Totals
  /** The most used first. With `skill`: that skill, or an empty list when it was not used. */
  skills: SkillStats[]
  /** Uses per day, without gaps, of the skill or of all skills; the last 366 days at most. */
  days: DayPoint[]
  cooccurrence?: Cooccurrence[]
  page?: SkillPage
  groups?: Groups
  compare?: Comparison
  funnel?: FunnelStage[]
  timeline?: UserAction[]
  /** There are more rows than the limit. */
  truncated: boolean
}

export type StatsViewName = 'overview' | 'skill' | 'groups' | 'cooccurrence' | 'compare' | 'funnel' | 'user'

/** Where the numbers come from: how exact and how current they are. */
export interface StatsSource {
  /** `rollup`: from the rollups, and from the events that are not in them yet. `raw`: from all events. */
  kind: 'rollup' | 'raw'
  /** Events in the rollups; null when they were not used. */
  rolled: Count | null
  /** Events that are not in the rollups yet; the report includes them. At most 1,000,000 are counted. */
  tail: Count | null
  /** Events that this call added to the rollups. */
  advanced: Count
  steppedAt: Time | null
  /** The largest error of a latency percentile, in percent; 0 when it comes from the events. */
  percentileErrorPct: number
  /** Events before this time were deleted (`prune-events`); only the rollups contain their counts. */
  prunedBefore: Time | null
  /** Why the events were read instead of the rollups, or why the rollups were not updated. */
  note: string | null
}

export interface Totals {
  events: Count
  /** null: some events of the period are pruned, so users cannot be counted. */
  users: Count | null
  sessions: Count | null
  skillsUsed: Count
  success: Count
  softFail: Count
  hardRefusal: Count
  otherOutcomes: Count
  feedback: Count
  avgRating: number | null
  /** null: counted for the overview only. */
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
  /** null as in `Totals`, and for a version. */
  uniqueUsers: Count | null
  firstUse: Time | null
  lastUse: Time | null
  /** Uses per day in the last 30 days of the period, the latest last; empty for a version. */
  recent: Count[]
}

/** In milliseconds. `min` and `max` are exact; for the percentiles see `StatsSource.percentileErrorPct`. */
export interface Latency {
  min: number
  p50: number
  p90: number
  p95: number
  p99: number
  max: number
}

export interface DayPoint {
  day: Day
  uses: Count
  success: Count
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

/** The page of a skill, without its row. */
export interface SkillPage {
  /** As registered now; null when the skill is not in the registry. */
  registered: { version: string; enabled: boolean; trustLevel: Integer; tier: string | null; category: string | null } | null
  versions: (SkillStats & { version: string })[]
  outcomes: { outcome: 'success' | 'soft_fail' | 'hard_refusal' | 'other'; uses: Count }[]
  tags: { tag: string; count: Count }[]
  /**
   * Uses by hour of the week, from Monday 00:00 UTC.
   * @minItems 168
   * @maxItems 168
   */
  hoursOfWeek: Count[]
}

export type Dimension = 'tier' | 'category' | 'element' | 'realm' | 'version' | 'outcome' | 'day' | 'hour'

export interface Groups {
  by: Dimension
  rows: GroupStats[]
}

export interface GroupStats {
  /** null: the events have no value. */
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
  /** Accepted share of false alarms among the reported changes (Benjamini and Hochberg). */
  falseDiscoveryRate: number
  total: SkillChange
  /** Real changes first, by p-value; then by uses. */
  skills: SkillChange[]
}

export interface SkillChange {
  skillId: string | null
  usesBefore: Count
  usesAfter: Count
  successRateBeforePct: Percent | null
  successRateAfterPct: Percent | null
  /** After minus before, in percentage points. */
  differencePoints: number | null
  /**
   * Of the two-sided two-proportion z-test, 0 to 1 with an error below 1e-6; null when the samples are too small.
   * @minimum 0
   * @maximum 1.0000001
   */
  pValue: number | null
  verdict: 'better' | 'worse' | 'no change' | 'too few' | 'new' | 'gone'
}

/** Users of a skill at each stage. */
export interface FunnelStage {
  skillId: string
  /** null: the skill is foundational, unlocked for all users. */
  unlocked: Count | null
  used: Count
  succeeded: Count
  rated: Count
}

export interface UserAction {
  at: Time | null
  kind: 'use' | 'feedback' | 'unlock' | 'lock'
  skillId: string
  version: string | null
  /** Outcome of a use, tags of feedback, reason of an unlock. */
  detail: string | null
  latencyMs: number | null
  rating: number | null
  sessionId: string | null
  notes: string | null
}
