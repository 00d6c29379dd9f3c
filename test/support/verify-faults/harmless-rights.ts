import { ASK, type HarmlessState, LOG, UNLOCK } from './fault.ts'

const state = (title: string, sql: string, more: Partial<HarmlessState> = {}): HarmlessState => ({ title, sql, ...more })

/** Roles, and privileges that an administrator gives to them. */
export const HARMLESS_RIGHTS: readonly HarmlessState[] = [
  state('many roles', "DO $$ BEGIN FOR i IN 1..100 LOOP EXECUTE format('CREATE ROLE theirs_%s', i); END LOOP; END $$"),
  state(
    'roles with awkward names',
    `CREATE ROLE "Role, with (all)"; CREATE ROLE "it's"; CREATE ROLE "ünï"; GRANT SELECT ON skill_feedback TO "Role, with (all)", "ünï"`,
  ),
  state(
    'a role that reads everything',
    'CREATE ROLE theirs; GRANT SELECT ON ALL TABLES IN SCHEMA public TO theirs; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO theirs',
  ),
  state('a role with a grant option', 'CREATE ROLE theirs; GRANT SELECT ON skills_registry TO theirs WITH GRANT OPTION'),
  state('a role that may maintain', 'CREATE ROLE theirs; GRANT MAINTAIN ON skill_usage_events TO theirs', { minVersion: 17 }),
  state('a role of a group', 'CREATE ROLE readers; CREATE ROLE theirs IN ROLE readers; GRANT SELECT ON skills_registry TO readers'),
  state('a role that calls every function', `CREATE ROLE theirs; GRANT EXECUTE ON FUNCTION ${LOG}, ${ASK}, ${UNLOCK} TO theirs`),
  state('a role that reads some columns', 'CREATE ROLE theirs; GRANT SELECT (skill_id, version) ON skills_registry TO theirs'),
  state('a role that writes the registry', 'CREATE ROLE theirs; GRANT SELECT, INSERT, UPDATE, DELETE ON skills_registry TO theirs'),
  state('a role that steps the rollups', 'CREATE ROLE theirs; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO theirs'),
  state('a privilege that the owner grants to itself', 'GRANT ALL ON skill_feedback TO CURRENT_USER'),
  state('default privileges for functions', 'ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC'),
  state('default privileges for tables', 'CREATE ROLE theirs; ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO theirs'),
  state(
    'default privileges for everything in the schema',
    'CREATE ROLE theirs; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO theirs; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO theirs; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO theirs',
  ),
  state(
    'default privileges of another role',
    'CREATE ROLE theirs; ALTER DEFAULT PRIVILEGES FOR ROLE theirs GRANT SELECT ON TABLES TO PUBLIC',
  ),
  state('no right of PUBLIC to the schema', 'REVOKE ALL ON SCHEMA public FROM PUBLIC'),
  state(
    'no right of PUBLIC to the database',
    "DO $$ BEGIN EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()); END $$",
  ),
  state('a role with settings of its own', "CREATE ROLE theirs; ALTER ROLE theirs SET work_mem TO '64MB'"),
  state('privileges on a table of a user', 'CREATE TABLE theirs (id int); GRANT ALL ON theirs TO PUBLIC'),
  state(
    'a function of a user for PUBLIC',
    "CREATE FUNCTION theirs() RETURNS int LANGUAGE sql AS 'SELECT 1'; GRANT EXECUTE ON FUNCTION theirs() TO PUBLIC",
  ),
]
