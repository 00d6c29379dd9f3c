import { LEAST_PRUNE_AGE_MS } from '../core/durations.ts'
import { SkillsError } from '../core/errors.ts'
import type { Db } from '../db/db.ts'
import { forgetUser as forget, type ForgetReport } from '../stats/forget-user.ts'
import { pruneEvents as prune, type PruneOptions, type PruneReport } from '../stats/prune-events.ts'
import { rollUp as advance, type RollupOptions, type RollupReport } from '../stats/rollup.ts'
import { forgetSpilled, type SpilledUser } from '../telemetry/forget-spilled.ts'
import { refuseForeignCode } from './foreign-code.ts'

/**
 * Adds new events to the rollups that `stats` reads; the library call of `skills rollup`. Safe to run at the same time in
 * several processes. Throws ROLLUP_KEPT.
 *
 * @example
 * const { events, finished } = await rollUp(db, { maxMs: 60_000 })
 * console.log(`${events} events`, finished ? 'up to date' : 'more to do')
 */
export async function rollUp(db: Db, options: RollupOptions = {}): Promise<RollupReport> {
  await refuseForeignCode(db)
  return advance(db, options)
}

/**
 * Deletes old events that the rollups contain; the library call of `skills prune-events`. Numbers of `stats` for all time
 * do not change. Throws USAGE when `olderThanMs` is less than a day.
 *
 * @example
 * await rollUp(db)
 * const { events, before } = await pruneEvents(db, { olderThanMs: 180 * 86_400_000, dryRun: true })
 * console.log(`${events} events before ${before}`)
 */
export async function pruneEvents(db: Db, options: PruneOptions): Promise<PruneReport> {
  if (!(options.olderThanMs >= LEAST_PRUNE_AGE_MS))
    throw new SkillsError('USAGE', `olderThanMs is ${options.olderThanMs}, and must be at least a day (${LEAST_PRUNE_AGE_MS})`)
  await refuseForeignCode(db)
  return prune(db, options)
}

/** What `forgetUser` searches. */
export interface ForgetOptions {
  /** Count the rows and lines, and delete nothing. */
  dryRun?: boolean | undefined
  /** Spill folders whose files are searched too. */
  spill?: readonly string[] | undefined
}

/** What was deleted of a user. */
export interface ForgetUserReport extends ForgetReport {
  /** For each spill folder, in their order. */
  spill: SpilledUser[]
}

/**
 * Deletes a user from every table and from the rollups, in one transaction, and from spill folders; the library call of `skills
 * forget-user`. Earlier events of the user that arrive later, from a spill file or an import, are not stored. Throws USAGE when
 * the ID is not a UUID.
 *
 * @example
 * const { tables } = await forgetUser(db, '9f1c1d3e-0000-4000-8000-000000000001')
 * console.log(tables.map(({ table, rows }) => `${table}: ${rows}`))
 */
export async function forgetUser(db: Db, user: string, { dryRun = false, spill = [] }: ForgetOptions = {}): Promise<ForgetUserReport> {
  await refuseForeignCode(db)
  // the database first: what an application replays from now on is not stored
  const report = await forget(db, user, { dryRun })
  return { ...report, spill: spill.map((folder) => forgetSpilled(folder, report.userId, { dryRun })) }
}
