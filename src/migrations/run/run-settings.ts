import type { Db } from '../../db/db.ts'
import { searchPath } from '../../db/quote.ts'
import type { MigrationFile, MigrationSource } from '../files/migration-file.ts'
import type { MigrateEvent } from './report.ts'

/** What stays the same over a whole run. */
export interface RunSettings {
  db: Db
  /** The ledger, qualified and quoted. */
  ledger: string
  lockKey: bigint
  /** For the advisory lock and for tables in use by others: in all, and per attempt. */
  lockWaitMs: number
  lockTimeoutMs: number
  strict: boolean
  /** Limit for each statement; none unless given. */
  statementTimeoutMs: number | undefined
  /** All files, applied or not, in order: what the schema should be is their sum. */
  history: readonly MigrationFile[]
  /** `sql/catalog/objects.sql` of the package. */
  catalogQuery: string
  /** `skills 1.2.3`, written into the ledger. */
  tool: string
  onEvent: (event: MigrateEvent) => void
}

/** The settings under which a file runs, as `name = value` pairs for SET or SET LOCAL. */
export function fileSettings({ db, lockTimeoutMs, statementTimeoutMs }: RunSettings, source: MigrationSource): string[] {
  const { info } = db
  return [
    `search_path = ${searchPath(info.schema, source.own ? [] : info.otherSchemas)}`,
    `lock_timeout = ${Math.round(lockTimeoutMs)}`,
    ...(statementTimeoutMs === undefined ? [] : [`statement_timeout = ${Math.round(statementTimeoutMs)}`]),
    // the server notices within a second that we were killed, even in the middle of a statement
    ...(info.kind === 'server' && info.version >= 140_000 ? ['client_connection_check_interval = 1000'] : []),
  ]
}
