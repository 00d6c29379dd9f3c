import type { DatabaseError } from '../../db/database-error.ts'
import { searchPath } from '../../db/quote.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import type { ParsedMigration } from '../files/parse-migration.ts'
import type { MigrationSource } from '../files/read-migrations.ts'
import { guardSql, type Obstacle } from '../ledger/lock.ts'
import type { RunSettings } from './run-settings.ts'

// The SQL before and after the statements of a file.

/** Begins the transaction of a file: settings, the lock, the obstacles. */
export function openingSql(settings: RunSettings, migration: ParsedMigration, obstacles: readonly Obstacle[]): string {
  // Citus requires its setting first; other servers accept it as a custom setting
  const begin = [
    RESET_ROLE,
    migration.directives.isolation === undefined ? 'BEGIN' : `BEGIN ISOLATION LEVEL ${migration.directives.isolation}`,
    "SET LOCAL citus.multi_shard_modify_mode = 'sequential'",
    ...fileSettings(settings, migration.source).map((pair) => `SET LOCAL ${pair}`),
  ]
  return [...begin, guardSql(settings.lockKey, obstacles)].join('; ')
}

/** The server settings for a file, as `name = value` pairs for SET or SET LOCAL. */
export function fileSettings({ db, lockTimeoutMs, statementTimeoutMs }: RunSettings, source: MigrationSource): string[] {
  const { info } = db
  return [
    `search_path = ${searchPath(info.schema, source.own ? [] : info.otherSchemas)}`,
    'row_security = off',
    `lock_timeout = ${Math.round(lockTimeoutMs)}`,
    ...(statementTimeoutMs === undefined ? [] : [`statement_timeout = ${Math.round(statementTimeoutMs)}`]),
    // when this process is killed, the server notices within a second, even during a statement
    ...(info.kind === 'server' && info.version >= 140_000 ? ['client_connection_check_interval = 1000'] : []),
  ]
}

/** Ends a file: what it set for its session must not affect the next file. The next opening, or RESET_ROLE, resets the role. */
export const ENDING: readonly string[] = ['COMMIT', 'DISCARD ALL']

/** DISCARD ALL also removes the role that ALTER ROLE ... SET role sets for a session; this restores it. */
export const RESET_ROLE = 'RESET ROLE'

/** Two sessions created the same object at the same time. IF NOT EXISTS does not prevent that; a retry helps. */
export function isRace(error: DatabaseError): boolean {
  return (
    (error.code === SQLSTATE.uniqueViolation && error.schema === 'pg_catalog') ||
    (error.code === SQLSTATE.internalError && error.message.includes('concurrently updated'))
  )
}
