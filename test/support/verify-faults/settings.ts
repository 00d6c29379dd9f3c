import type { Db } from '../../../src/db/db.ts'
import type { VerifyFault } from './fault.ts'

/** The name of the database is not known before the test. */
const inDatabase = (statement: string): string =>
  `DO $$ BEGIN EXECUTE format('ALTER database %I ${statement.replaceAll("'", "''")}', current_database()); END $$`

const stops = (title: string, sql: string, object: string): VerifyFault => ({
  title,
  sql,
  object,
  check: 'settings.stops',
  backends: 'server',
})
const warns = (title: string, sql: string, object: string, check = 'settings.changes'): VerifyFault => ({
  title,
  sql,
  object,
  check,
  warns: true,
  backends: 'server',
})

const ROLE = 'skills_verify_app'
const CREATE_ROLE = `CREATE ROLE ${ROLE} LOGIN; GRANT USAGE ON SCHEMA public TO ${ROLE}; GRANT SELECT ON skills_registry TO ${ROLE}`
const WRITER = `${CREATE_ROLE}; GRANT EXECUTE ON FUNCTION log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb, text, bigint, bigint, numeric) TO ${ROLE}`

/** Settings that ALTER database and ALTER ROLE keep, and the state of the server. */
export async function settingsFaults(db: Db): Promise<VerifyFault[]> {
  const [row] = await db.query<{ name: string }>('SELECT current_database()::text AS name')
  const database = `database ${row?.name}`
  return [
    stops('a database that is read-only', inDatabase('SET default_transaction_read_only = on'), database),
    stops('a database without triggers', inDatabase('SET session_replication_role = replica'), database),
    stops('a database with the triggers of LOCAL', inDatabase('SET session_replication_role = local'), database),
    {
      ...stops('a database without views', inDatabase("SET restrict_nonsystem_relation_kind = 'view, foreign-table'"), database),
      minVersion: 17,
    },
    {
      ...stops(
        'an application without views',
        `${CREATE_ROLE}; ALTER ROLE ${ROLE} SET restrict_nonsystem_relation_kind = 'view'`,
        `role ${ROLE}`,
      ),
      minVersion: 17,
    },
    stops('a writer that is read-only', `${WRITER}; ALTER ROLE ${ROLE} SET default_transaction_read_only = on`, `role ${ROLE}`),
    stops('a writer without triggers', `${WRITER}; ALTER ROLE ${ROLE} SET session_replication_role = replica`, `role ${ROLE}`),
    ...(
      [
        ['default_transaction_isolation', "'serializable'"],
        ['default_transaction_isolation', "'repeatable read'"],
        ['row_security', 'off'],
        ['DateStyle', "'SQL, DMY'"],
        ['DateStyle', "'German'"],
        ['DateStyle', "'Postgres, MDY'"],
        ['search_path', 'pg_catalog'],
        ['search_path', "'$user', app"],
        ['search_path', "''"],
        ['statement_timeout', "'50ms'"],
        ['statement_timeout', "'2s'"],
        ['idle_in_transaction_session_timeout', '10'],
        ['lock_timeout', '1'],
        ['standard_conforming_strings', 'off'],
        ['transform_null_equals', 'on'],
        ['array_nulls', 'off'],
      ] as const
    ).flatMap(([name, value]) => [
      warns(`${name} ${value} of the database`, inDatabase(`SET ${name} = ${value}`), database),
      warns(`${name} ${value} of an application`, `${CREATE_ROLE}; ALTER ROLE ${ROLE} SET ${name} = ${value}`, `role ${ROLE}`),
    ]),
    warns(
      'another role of an application',
      `${CREATE_ROLE}; GRANT pg_monitor TO ${ROLE}; ALTER ROLE ${ROLE} SET role = pg_monitor`,
      `role ${ROLE}`,
    ),
    ...['skill_usage_events', 'skills_registry', 'skill_rollup_days'].flatMap((table) => [
      warns(`autovacuum off for ${table}`, `ALTER TABLE ${table} SET (autovacuum_enabled = off)`, `table ${table}`, 'settings.autovacuum'),
    ]),
    warns(
      'autovacuum off for the long values of skill_usage_events',
      'ALTER TABLE skill_usage_events SET (toast.autovacuum_enabled = false)',
      'table skill_usage_events',
      'settings.autovacuum',
    ),
  ]
}
