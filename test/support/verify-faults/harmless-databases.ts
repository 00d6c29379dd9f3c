import type { HarmlessState } from './fault.ts'

const state = (title: string, before: string, more: Partial<HarmlessState> = {}): HarmlessState => ({
  title,
  sql: 'SELECT 1',
  before,
  ...more,
})
const settings = (...texts: string[]): string =>
  texts
    .map((text) => `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET ${text.replaceAll("'", "''")}', current_database()); END $$`)
    .join('; ')

/** Databases that were like this before they were migrated. */
export const HARMLESS_DATABASES: readonly HarmlessState[] = [
  state(
    'migrated with default privileges for PUBLIC',
    'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC; ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC; ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM PUBLIC',
  ),
  state('migrated into a schema with capital letters', 'CREATE SCHEMA "Skills"', { schema: 'Skills' }),
  state('migrated into a schema with quotes and spaces', 'CREATE SCHEMA "the ""skills"" schema"', { schema: 'the "skills" schema' }),
  state('migrated into a schema with letters beyond ASCII', 'CREATE SCHEMA "навыки"', { schema: 'навыки' }),
  state('migrated into a schema named s', 'CREATE SCHEMA s', { schema: 's' }),
  state('migrated into a schema named c', 'CREATE SCHEMA c', { schema: 'c' }),
  state('migrated into a schema named e', 'CREATE SCHEMA e', { schema: 'e' }),
  state('migrated into a schema named t', 'CREATE SCHEMA t', { schema: 't' }),
  state('migrated into a schema with the name of a key word', 'CREATE SCHEMA "user"', { schema: 'user' }),
  state('migrated into a schema with the name of a table', 'CREATE SCHEMA skill_feedback', { schema: 'skill_feedback' }),
  state('migrated into a schema with a name of 63 bytes', `CREATE SCHEMA ${'s'.repeat(63)}`, { schema: 's'.repeat(63) }),
  state(
    'another time zone and format of dates',
    settings("timezone TO 'Asia/Kathmandu'", "datestyle TO 'SQL, DMY'", "intervalstyle TO 'iso_8601'"),
    { warns: 'settings.changes' },
  ),
  state('strings with escapes', settings('standard_conforming_strings TO off', 'escape_string_warning TO off'), {
    warns: 'settings.changes',
  }),
  state('quoted identifiers everywhere', settings('quote_all_identifiers TO on')),
  state('pg_catalog first in the search_path', settings('search_path TO pg_catalog, public')),
  state(
    'tables of users before the migrations',
    "CREATE TABLE theirs (id int PRIMARY KEY); CREATE TABLE users (id uuid); CREATE FUNCTION now_utc() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
  ),
  state(
    'overloads of functions of pg_catalog',
    "CREATE FUNCTION now(text) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION count(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION format(int) RETURNS text LANGUAGE sql AS 'SELECT NULL::text'",
  ),
  state('an extension before the migrations', 'CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin', { backends: 'server' }),
]
