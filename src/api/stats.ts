import { DEFAULTS } from '../config/defaults.ts'
import path from 'node:path'
import { packageRoot } from '../config/package-files.ts'
import type { Db } from '../db/db.ts'
import type { Dimension, StatsReport } from '../stats/report.ts'
import { readStats } from '../stats/stats.ts'

export interface StatsCallOptions {
  skill?: string | undefined
  /** Only events of the last so many milliseconds. */
  sinceMs?: number | undefined
  /** At most so many rows; 20 unless given. */
  limit?: number
  cooccurrence?: boolean
  /** Uses by one dimension. */
  by?: Dimension | undefined
  /** The last so many milliseconds against those before. */
  compareMs?: number | undefined
  /** Users per stage. */
  funnel?: boolean | undefined
  /** The timeline of this user. */
  user?: string | undefined
  /** Read the events themselves and not the rollups. */
  exact?: boolean | undefined
  onProgress?: (what: string) => void
}

/**
 * `skills stats`. Writes nothing but rollups, when they are far behind and the role may.
 *
 * @example
 * const { totals, skills } = await stats(db, { sinceMs: 7 * 86_400_000, limit: 5 })
 * console.log(totals.events, skills.map(({ skillId, successRatePct }) => `${skillId}: ${successRatePct} %`))
 */
export async function stats(db: Db, options: StatsCallOptions = {}): Promise<StatsReport> {
  return readStats(db, { ...options, limit: options.limit ?? DEFAULTS.statsLimit, reports: path.join(packageRoot(), 'sql', 'reports') })
}
