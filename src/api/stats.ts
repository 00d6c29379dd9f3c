import path from 'node:path'
import { DEFAULTS } from '../config/defaults.ts'
import { packageRoot } from '../config/package-files.ts'
import type { Db } from '../db/db.ts'
import type { Dimension, StatsReport } from '../stats/report.ts'
import { readStats } from '../stats/stats.ts'
import { refuseForeignCode } from './foreign-code.ts'

export interface StatsCallOptions {
  /** Only this skill, with its details. */
  skill?: string | undefined
  /** Only events of the last `sinceMs` milliseconds. Default: all events. */
  sinceMs?: number | undefined
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
export async function stats(db: Db, options: StatsCallOptions = {}): Promise<StatsReport> {
  await refuseForeignCode(db)
  return readStats(db, { ...options, limit: options.limit ?? DEFAULTS.statsLimit, reports: path.join(packageRoot(), 'sql', 'reports') })
}
