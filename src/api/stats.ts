import path from 'node:path'
import { DEFAULTS } from '../config/defaults.ts'
import { packageRoot } from '../config/package-files.ts'
import type { Db } from '../db/db.ts'
import { readCondition, type Condition } from '../stats/gate-condition.ts'
import type { Dimension, StatsFilters, StatsReport } from '../stats/report.ts'
import { readStats } from '../stats/stats.ts'
import { refuseForeignCode } from './foreign-code.ts'

export interface StatsCallOptions {
  /** Only this skill, with its details. */
  skill?: string | undefined
  /** Only events of the last `sinceMs` milliseconds. Default: all events. */
  sinceMs?: number | undefined
  /** Only events from this day or time on: `2026-11-01`, `2026-11-01T12:00`, with or without an offset. Not with `sinceMs`. */
  from?: string | undefined
  /** Only events before this day or time; a day means its beginning. */
  to?: string | undefined
  /** Time zone of days and hours, and of `from` and `to` without an offset. Default: UTC. */
  timeZone?: string | undefined
  /** Only events with these values. */
  filters?: Partial<StatsFilters> | undefined
  /** List the sessions of the events, the latest first. */
  sessions?: boolean | undefined
  /** The largest number of rows. Default: 20. */
  limit?: number
  /** List sets of skills that succeeded together. */
  cooccurrence?: boolean
  /** Group uses by this dimension. */
  by?: Dimension | undefined
  /** Compare the last `compareMs` milliseconds with the same time before. */
  compareMs?: number | undefined
  /** Count the users at each stage of a skill. */
  funnel?: boolean | undefined
  /** List the actions of this user (a UUID). */
  user?: string | undefined
  /** Judge each skill by conditions such as `success < 0.9` or `p95 > 2s`: `gate.failures` has the skills that meet one. */
  failIf?: readonly string[] | undefined
  /** With `failIf`: skills with fewer uses are not judged, except by a condition about uses. Default: 1. */
  minUses?: number | undefined
  /** With `compareMs`: `gate.failures` has the skills whose success rate fell, beyond chance. */
  failOn?: 'worse' | undefined
  /** Read the counters of each skill and version over all time (`metrics`); for the overview and for one skill. */
  metrics?: boolean | undefined
  /** Read the events instead of the rollups. */
  exact?: boolean | undefined
  /** Called with what is being read. */
  onProgress?: (what: string) => void
}

/**
 * Counts events, users, success and latency; the library call of `skills stats`. When many events are not in the rollups,
 * it updates them first, if the role can; otherwise it writes nothing. Throws NOT_MIGRATED, PERMISSION_DENIED, USAGE.
 *
 * @example
 * const { totals, skills } = await stats(db, { sinceMs: 7 * 86_400_000, limit: 5 })
 * console.log(totals.events, skills.map(({ skillId, successRatePct }) => `${skillId}: ${successRatePct} %`))
 */
export async function stats(db: Db, { failIf, failOn, ...options }: StatsCallOptions = {}): Promise<StatsReport> {
  const conditions = readConditions(failIf)
  await refuseForeignCode(db)
  const reports = path.join(packageRoot(), 'sql', 'reports')
  return readStats(db, { ...options, conditions, failOnWorse: failOn === 'worse', limit: options.limit ?? DEFAULTS.statsLimit, reports })
}

/** Reads the conditions of a gate. Throws USAGE for the first that is none. */
export function readConditions(texts: readonly string[] = []): Condition[] {
  return texts.map(readCondition)
}
