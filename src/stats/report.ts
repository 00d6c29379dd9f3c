/** What `stats` tells. Times are ISO 8601; rates are percent where the name says so. */
export interface StatsReport {
  /** Lower bound of the events counted; null for all time. */
  since: string | null
  skill: string | null
  totals: Totals
  skills: SkillStats[]
  /** Only with the co-occurrence question. */
  cooccurrence?: Cooccurrence[]
  /** There are more rows than the limit let through. */
  truncated: boolean
}

export interface Totals {
  events: number
  users: number
  sessions: number
  skillsUsed: number
  success: number
  softFail: number
  hardRefusal: number
  otherOutcomes: number
  feedback: number
  avgRating: number | null
  unlocks: number
  registered: number
  enabled: number
  firstEvent: string | null
  lastEvent: string | null
}

export interface SkillStats {
  skillId: string
  totalUses: number
  successCount: number
  successRatePct: number | null
  avgLatencyMs: number | null
  avgRating: number | null
  uniqueUsers: number
  firstUse: string | null
  lastUse: string | null
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
