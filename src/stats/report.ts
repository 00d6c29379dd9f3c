import type { Count, Day, Integer, Percent, Time } from '../core/report-types.ts'

/**
 * What `stats` tells. Times are ISO 8601, days `YYYY-MM-DD`, both UTC; rates are percent where the name says so.
 * `view` says which question was asked; the optional parts are there for their own view only.
 */
export interface StatsReport {
  view: StatsViewName
  /** Bounds of the events counted: from this time on, and before that one; null where there is no bound. */
  since: Time | null
  until: Time | null
  skill: string | null
  source: StatsSource
  /** Of all skills, also where one was asked for. */
  totals: Totals
  /** The most used first. With a skill: that one, or nothing when it was not used. */
  skills: SkillStats[]
  /** Uses a day, without gaps, of the skill or of all; the last 366 days at most. */
  days: DayPoint[]
  cooccurrence?: Cooccurrence[]
  page?: SkillPage
  groups?: Groups
  compare?: Comparison
  funnel?: FunnelStage[]
  timeline?: UserAction[]
  /** There are more rows than the limit let through. */
  truncated: boolean
}

export type StatsViewName = 'overview' | 'skill' | 'groups' | 'cooccurrence' | 'compare' | 'funnel' | 'user'

/** Where the numbers come from, so that nobody has to guess how exact and how fresh they are. */
export interface StatsSource {
  /** `rollup`: sums kept by `skills rollup`, with the events they do not hold yet. `raw`: every event was read. */
  kind: 'rollup' | 'raw'
  /** Events in the rollups; null when they were not used. */
  rolled: Count | null
  /** Events that the rollups do not hold yet; their numbers are in the report all the same. At most 1,000,000 are counted. */
  tail: Count | null
  /** Events that this call took into the rollups. */
  advanced: Count
  steppedAt: Time | null
  /** How far a latency percentile can be off at worst, in percent: 0 when it was taken from the events. */
  percentileErrorPct: number
  /** Events before this time are gone (`prune-events`); only the rollups still count them. */
  prunedBefore: Time | null
  /** Why the events were read although rollups are there, or why the rollups were not advanced. */
  note: string | null
}

export interface Totals {
  events: Count
  /** null: the events of the period are no longer all there to count users in. */
  users: Count | null
  sessions: Count | null
  skillsUsed: Count
  success: Count
  softFail: Count
  hardRefusal: Count
  otherOutcomes: Count
  feedback: Count
  avgRating: number | null
  /** null: counted for the overview alone. */
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
  /** Uses a day over the last 30 days of the period, the latest last; empty for a version. */
  recent: Count[]
}

/** In ms. `min` and `max` are exact; the percentiles as `StatsSource.percentileErrorPct` says. */
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

/** What a skill's page has beside its row. */
export interface SkillPage {
  /** As registered now; null when the registry does not know the skill. */
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
  /** null: the events do not say. */
  key: string | null
  uses: Count
  success: Count
  softFail: Count
  hardRefusal: Count
  otherOutcomes: Count
  successRatePct: Percent | null
  avgLatencyMs: number | null
}

/** A period against the one of the same length before it. */
export interface Comparison {
  before: { since: Time; until: Time }
  after: { since: Time; until: Time }
  /** Share of false alarms that is accepted among the changes reported (Benjamini and Hochberg). */
  falseDiscoveryRate: number
  total: SkillChange
  /** Real changes first, the surest first; then by uses. */
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
   * Of the two-sided two-proportion z-test, 0 to 1 with an error below 1e-6; null where there is too little to test.
   * @minimum 0
   * @maximum 1.0000001
   */
  pValue: number | null
  verdict: 'better' | 'worse' | 'no change' | 'too few' | 'new' | 'gone'
}

/** Users of a skill at each stage. */
export interface FunnelStage {
  skillId: string
  /** null: the skill is foundational, open to everybody. */
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
