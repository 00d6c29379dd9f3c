/**
 * What `stats` tells. Times are ISO 8601, days `YYYY-MM-DD`, both UTC; rates are percent where the name says so.
 * `view` says which question was asked; the optional parts are there for their own view only.
 */
export interface StatsReport {
  view: StatsViewName
  /** Bounds of the events counted: from this time on, and before that one; null where there is no bound. */
  since: string | null
  until: string | null
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
  rolled: number | null
  /** Events that the rollups do not hold yet; their numbers are in the report all the same. At most 1,000,000 are counted. */
  tail: number | null
  /** Events that this call took into the rollups. */
  advanced: number
  steppedAt: string | null
  /** How far a latency percentile can be off at worst, in percent: 0 when it was taken from the events. */
  percentileErrorPct: number
  /** Events before this time are gone (`prune-events`); only the rollups still count them. */
  prunedBefore: string | null
  /** Why the events were read although rollups are there, or why the rollups were not advanced. */
  note: string | null
}

export interface Totals {
  events: number
  /** null: the events of the period are no longer all there to count users in. */
  users: number | null
  sessions: number | null
  skillsUsed: number
  success: number
  softFail: number
  hardRefusal: number
  otherOutcomes: number
  feedback: number
  avgRating: number | null
  /** null: counted for the overview alone. */
  unlocks: number | null
  registered: number
  enabled: number
  firstEvent: string | null
  lastEvent: string | null
}

export interface SkillStats {
  skillId: string
  totalUses: number
  successCount: number
  softFail: number
  hardRefusal: number
  successRatePct: number | null
  avgLatencyMs: number | null
  latency: Latency | null
  feedback: number
  avgRating: number | null
  /** null as in `Totals`, and for a version. */
  uniqueUsers: number | null
  firstUse: string | null
  lastUse: string | null
  /** Uses a day over the last 30 days of the period, the latest last; empty for a version. */
  recent: number[]
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
  day: string
  uses: number
  success: number
}

export interface Cooccurrence {
  skillSet: string[]
  tier: string | null
  element: string | null
  realm: string | null
  cooccurrenceCount: number
  distinctUsers: number
  /** 0 to 1. */
  avgSuccessRate: number | null
  firstObserved: string | null
  lastObserved: string | null
}

/** What a skill's page has beside its row. */
export interface SkillPage {
  /** As registered now; null when the registry does not know the skill. */
  registered: { version: string; enabled: boolean; trustLevel: number; tier: string | null; category: string | null } | null
  versions: (SkillStats & { version: string })[]
  outcomes: { outcome: 'success' | 'soft_fail' | 'hard_refusal' | 'other'; uses: number }[]
  tags: { tag: string; count: number }[]
  /** Uses by hour of the week, 168 of them from Monday 00:00 UTC. */
  hoursOfWeek: number[]
}

export type Dimension = 'tier' | 'category' | 'element' | 'realm' | 'version' | 'outcome' | 'day' | 'hour'

export interface Groups {
  by: Dimension
  rows: GroupStats[]
}

export interface GroupStats {
  /** null: the events do not say. */
  key: string | null
  uses: number
  success: number
  softFail: number
  hardRefusal: number
  otherOutcomes: number
  successRatePct: number | null
  avgLatencyMs: number | null
}

/** A period against the one of the same length before it. */
export interface Comparison {
  before: { since: string; until: string }
  after: { since: string; until: string }
  /** Share of false alarms that is accepted among the changes reported (Benjamini and Hochberg). */
  falseDiscoveryRate: number
  total: SkillChange
  /** Real changes first, the surest first; then by uses. */
  skills: SkillChange[]
}

export interface SkillChange {
  skillId: string | null
  usesBefore: number
  usesAfter: number
  successRateBeforePct: number | null
  successRateAfterPct: number | null
  /** After minus before, in percentage points. */
  differencePoints: number | null
  /** Of the two-sided two-proportion z-test; null where there is too little to test. */
  pValue: number | null
  verdict: 'better' | 'worse' | 'no change' | 'too few' | 'new' | 'gone'
}

/** Users of a skill at each stage. */
export interface FunnelStage {
  skillId: string
  /** null: the skill is foundational, open to everybody. */
  unlocked: number | null
  used: number
  succeeded: number
  rated: number
}

export interface UserAction {
  at: string | null
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
