import { catalogQuery, migrationSources, toolName } from '../config/package-files.ts'
import { DEFAULT_LEDGER } from '../config/settings.ts'
import type { SkillsError } from '../core/errors.ts'
import type { Db } from '../db/db.ts'
import { baseline as recordBaseline, type BaselineReport } from '../migrations/run/baseline.ts'
import { refuseForeignCode } from './foreign-code.ts'
import type { MigrateCallOptions } from './migrate.ts'

export interface BaselineCallOptions extends Pick<MigrateCallOptions, 'migrations' | 'variables' | 'ledger' | 'to' | 'dryRun'> {
  /** Record the migrations although the database differs from what they create. */
  acceptDrift?: boolean
}

/**
 * Records migrations as applied without running them, in a database that already has their objects; the library call of
 * `skills migrate baseline`. Compares first: when the database differs from what the migrations create, `error.code` is
 * DRIFT, `report.differences` lists the differences, and nothing is recorded. Throws VERSION_UNKNOWN.
 *
 * @example
 * const { report, error } = await baseline(db, { migrations: ['db/migrations'], to: '20260101_add_ratings' })
 * if (error) console.log(report.differences)
 */
export async function baseline(db: Db, options: BaselineCallOptions = {}): Promise<{ report: BaselineReport; error?: SkillsError }> {
  const { migrations, variables = {}, ledger, ...rest } = options
  await refuseForeignCode(db, ledger)
  return recordBaseline(db, {
    ...rest,
    sources: migrationSources(migrations, variables),
    ledger: ledger ?? DEFAULT_LEDGER,
    tool: toolName(),
    catalogQuery: catalogQuery(),
  })
}
