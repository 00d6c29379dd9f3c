import { SkillsError } from '../core/errors.ts'
import type { DbInfo } from './db.ts'
import type { Driver } from './postgresjs.ts'
import { quoteLiteral } from './quote.ts'

/** The oldest supported server. */
const OLDEST = 130_000

const GREETING = `
  select pg_backend_pid() as pid, current_user as user, current_database() as database,
         current_setting('server_version_num')::int as version, current_setting('server_version') as version_text,
         coalesce($1::text, current_schema()) as schema,
         exists (select from pg_namespace where nspname = coalesce($1::text, current_schema())) as schema_exists,
         to_json(current_schemas(false)) as path,
         current_setting('is_superuser') = 'on' as superuser, pg_is_in_recovery() as in_recovery`

interface Greeting {
  pid: number
  user: string
  database: string
  version: number
  version_text: string
  schema: string | null
  schema_exists: boolean
  path: string[]
  superuser: boolean
  in_recovery: boolean
}

/** The first query of every connection: all facts about the server that the tool needs, in one round trip. */
export async function greet(driver: Driver, kind: DbInfo['kind'], label: string, schema: string | undefined): Promise<DbInfo> {
  const sql = GREETING.replaceAll('$1', quoteLiteral(schema ?? null))
  const [row] = (await driver.query(sql, [])) as unknown as Greeting[]
  if (row === undefined) throw new SkillsError('BUG', 'the greeting query returned no row')
  if (row.version < OLDEST) {
    throw new SkillsError('SERVER_TOO_OLD', `${label} is PostgreSQL ${row.version_text}; skills needs 13 or later`, {
      hint: 'upgrade the server',
    })
  }
  if (row.schema === null) {
    throw new SkillsError('SCHEMA_MISSING', 'no schema of the search_path exists in this database', { hint: 'name one with --schema NAME' })
  }
  const key = driver.backendKey()
  return {
    kind,
    label,
    version: row.version,
    versionText: row.version_text.split(' ')[0] ?? row.version_text,
    user: row.user,
    database: row.database,
    schema: row.schema,
    schemaExists: row.schema_exists,
    otherSchemas: row.path.filter((name) => name !== row.schema),
    superuser: row.superuser,
    pid: row.pid,
    inRecovery: row.in_recovery,
    // PGlite always returns 42 here, and another number at the start
    pooled: kind === 'server' && key !== undefined && key.pid !== row.pid,
  }
}
