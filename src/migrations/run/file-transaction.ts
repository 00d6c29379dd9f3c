import type { DatabaseError } from '../../db/database-error.ts'
import type { DbInfo } from '../../db/db.ts'
import { quoteIdent, searchPath } from '../../db/quote.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import type { ParsedMigration } from '../files/parse-migration.ts'
import type { MigrationSource } from '../files/read-migrations.ts'
import { guardSql, type Obstacle } from '../ledger/lock.ts'
import type { RunSettings } from './run-settings.ts'

// The SQL before and after the statements of a file.

/** Begins the transaction of a file: settings, the lock, the obstacles. */
export function openingSql(settings: RunSettings, migration: ParsedMigration, obstacles: readonly Obstacle[]): string {
  return [...beginSql(settings, migration), guardSql(settings.lockKey, obstacles)].join('; ')
}

/** Begins the transaction of a file, with its settings. */
export function beginSql(settings: RunSettings, migration: ParsedMigration): string[] {
  return [
    RESET_ROLE,
    `BEGIN ${migration.modes.join(', ')}`.trimEnd(),
    // Citus requires its setting first; other servers accept it as a custom setting
    "SET LOCAL citus.multi_shard_modify_mode = 'sequential'",
    ...fileSettings(settings, migration.source).map((pair) => `SET LOCAL ${pair}`),
  ]
}

/** After the opening: the file runs under its role, our statements before and after it under that of the login. */
export function roleSql({ directives }: ParsedMigration): string[] {
  return directives.role === undefined ? [] : [`SET LOCAL ROLE ${quoteIdent(directives.role)}`]
}

/**
 * After the statements of a file, whatever role and settings they left: its deferred constraints are checked under its role, and the
 * rest of the transaction, with the ledger row, is ours.
 */
export function settleSql(settings: RunSettings): string {
  const own = ['row_security = off', ...limits(settings)].map((pair) => `SET LOCAL ${pair}`)
  return ['SET CONSTRAINTS ALL IMMEDIATE', resetRoleSql(settings.db.info), ...own].join('; ')
}

/** The role of the login again: a file can have set another one, in any of the ways that SQL has. */
export function resetRoleSql(info: DbInfo): string {
  return `SET SESSION AUTHORIZATION ${login(info)}; ${RESET_ROLE}`
}

/** In a transaction of a no-transaction file: the role of the login until the transaction ends, then that of the file returns. */
export function asLoginSql(info: DbInfo): string {
  return `SET LOCAL SESSION AUTHORIZATION ${login(info)}; SET LOCAL role TO DEFAULT`
}

/** Without a login, as in PGlite, the server has no default to return to. */
function login({ kind, user }: DbInfo): string {
  return kind === 'embedded' ? quoteIdent(user) : 'DEFAULT'
}

/** The server settings for a file, as `name = value` pairs for SET or SET LOCAL. */
export function fileSettings(settings: RunSettings, source: MigrationSource): string[] {
  const { info } = settings.db
  return [
    `search_path = ${searchPath(info.schema, source.own ? [] : info.otherSchemas)}`,
    // the files are split as the server reads strings with this value
    'standard_conforming_strings = on',
    'row_security = off',
    ...limits(settings),
    // when this process is killed, the server notices within a second, even during a statement
    ...(info.kind === 'server' && info.version >= 140_000 ? ['client_connection_check_interval = 1000'] : []),
  ]
}

function limits({ lockTimeoutMs, statementTimeoutMs }: RunSettings): string[] {
  return [
    `lock_timeout = ${Math.round(lockTimeoutMs)}`,
    ...(statementTimeoutMs === undefined ? [] : [`statement_timeout = ${Math.round(statementTimeoutMs)}`]),
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
