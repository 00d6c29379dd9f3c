import { catalogQuery, migrationSources, toolName } from '../config/package-files.ts'
import { DEFAULT_LEDGER } from '../config/settings.ts'
import type { SkillsError } from '../core/errors.ts'
import type { Db } from '../db/db.ts'
import type { BaselineReport } from '../migrations/run/baseline.ts'
import { baseline as recordBaseline } from '../migrations/run/baseline.ts'
import type { MigrateCallOptions } from './migrate.ts'

export interface BaselineCallOptions extends Pick<MigrateCallOptions, 'migrations' | 'ledger' | 'to' | 'dryRun'> {
  /** Record the files although the database differs from what they would have made. */
  acceptDrift?: boolean
}

/** `skills migrate baseline`. Where the database differs, `error` says so and nothing is recorded. */
export async function baseline(db: Db, options: BaselineCallOptions = {}): Promise<{ report: BaselineReport; error?: SkillsError }> {
  const { migrations, ledger, ...rest } = options
  return recordBaseline(db, {
    ...rest,
    sources: migrationSources(migrations),
    ledger: ledger ?? DEFAULT_LEDGER,
    tool: toolName(),
    catalogQuery: catalogQuery(),
  })
}
