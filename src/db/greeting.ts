import { schemaHidden } from '../core/common-errors.ts'
import { SkillsError } from '../core/errors.ts'
import { hasColumns, type RowOf } from './columns.ts'
import type { DbInfo, Row } from './db.ts'
import { ProtocolError } from './message-guard.ts'
import type { Driver } from './postgresjs.ts'
import { quoteLiteral } from './quote.ts'

/** The oldest supported server. */
const OLDEST = 130_000

/** Members can do what a superuser can: run programs on the server, or read and write its files. */
const SERVER_ROLES = `'{pg_execute_server_program,pg_read_server_files,pg_write_server_files}'`

/** Whether the role that logged in is a superuser, or can become one, or can do what one can. All names are qualified. */
export const IS_SUPERUSER = `EXISTS (SELECT FROM pg_catalog.pg_roles
                  WHERE (rolsuper OR rolname::pg_catalog.text OPERATOR(pg_catalog.=) ANY (${SERVER_ROLES}::pg_catalog.text[]))
                    AND pg_catalog.pg_has_role(session_user, oid, 'MEMBER'::pg_catalog.text))`

/**
 * Runs under the search_path of the role, so every name is qualified. The schema is the first one of the path; pg_catalog is in it
 * only when the role names it.
 */
const greetingSql = (schema: string | undefined): string => `
  SELECT pg_catalog.pg_backend_pid() AS pid, current_user AS user, pg_catalog.current_database() AS database,
         pg_catalog.current_setting('server_version_num'::pg_catalog.text)::pg_catalog.int4 AS version,
         pg_catalog.current_setting('server_version'::pg_catalog.text) AS version_text,
         EXISTS (SELECT FROM pg_catalog.pg_namespace
                  WHERE nspname::pg_catalog.text OPERATOR(pg_catalog.=) ${quoteLiteral(schema ?? null)}::pg_catalog.text) AS exists,
         pg_catalog.to_json(pg_catalog.current_schemas(false)) AS path,
         ${IS_SUPERUSER} AS superuser,
         pg_catalog.pg_is_in_recovery() AS in_recovery,
         pg_catalog.pg_postmaster_start_time()::pg_catalog.text AS server_started`

/** `exists`: the schema that was asked for exists. */
const GREETING = {
  pid: 'number',
  user: 'text',
  database: 'text',
  version: 'number',
  version_text: 'text',
  exists: 'boolean',
  path: 'texts',
  superuser: 'boolean',
  in_recovery: 'boolean',
  server_started: 'text',
} as const

/**
 * The first query of every connection: all facts about the server that the tool needs, in one round trip. `backendPid` is the
 * process ID from the login to a server.
 */
export async function greet(
  driver: Driver,
  kind: DbInfo['kind'],
  label: string,
  wanted: string | undefined,
  backendPid?: () => number | undefined,
): Promise<DbInfo> {
  const rows = await driver.query(greetingSql(wanted), [])
  const [row] = rows
  if (rows.length !== 1 || !isGreeting(row)) throw new ProtocolError('its answer to the first query is not one of PostgreSQL')
  if (row.version < OLDEST) {
    throw new SkillsError('SERVER_TOO_OLD', `${label} is PostgreSQL ${row.version_text}; skills needs 13 or later`, {
      hint: 'upgrade the server',
    })
  }
  const path = row.path.filter((name) => name !== 'pg_catalog')
  const schema = wanted ?? path[0]
  if (schema === undefined) throw await noSchema(driver, row.user)
  const pidOfLogin = backendPid?.()
  return {
    kind,
    label,
    version: row.version,
    versionText: row.version_text.split(' ')[0] ?? row.version_text,
    user: row.user,
    database: row.database,
    schema,
    schemaChosen: wanted !== undefined,
    schemaExists: wanted === undefined || row.exists,
    otherSchemas: path.filter((name) => name !== schema),
    superuser: row.superuser,
    pid: row.pid,
    inRecovery: row.in_recovery,
    serverStarted: row.server_started,
    pooled: pidOfLogin !== undefined && pidOfLogin !== row.pid,
  }
}

/** PostgreSQL leaves a schema without USAGE out of the search_path, as if it did not exist. */
async function noSchema(driver: Driver, user: string): Promise<SkillsError> {
  const { HIDDEN_SCHEMAS } = await import('./hidden-schemas.ts')
  const [hidden] = (await driver.query(HIDDEN_SCHEMAS, [])).map(({ name }) => String(name))
  if (hidden !== undefined) return schemaHidden(user, hidden)
  return new SkillsError('SCHEMA_MISSING', 'no schema of the search_path exists in this database', { hint: 'name one with --schema NAME' })
}

function isGreeting(row: Row | undefined): row is RowOf<typeof GREETING> {
  return row !== undefined && hasColumns(row, GREETING) && isWithin(row.pid, 1, 2 ** 31) && isWithin(row.version, 70_000, 10_000_000)
}

function isWithin(value: number, least: number, end: number): boolean {
  return Number.isInteger(value) && value >= least && value < end
}
