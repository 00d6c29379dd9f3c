import { ASK, type HarmlessState, LOG, UNLOCK } from './fault.ts'

const BATCH = 'log_skill_usage_batch(uuid, jsonb, uuid, boolean)'

/** Roles that can log in, and roles of an open API, that have no more than they can have. */
export const HARMLESS_LOGINS: readonly HarmlessState[] = [
  { title: 'a reporting role that logs in', sql: 'CREATE ROLE theirs LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO theirs' },
  {
    title: 'an application that nothing names',
    sql: `CREATE ROLE theirs LOGIN; GRANT SELECT ON skills_registry, skill_unlocks TO theirs; GRANT UPDATE (unlocked, unlock_reason) ON skill_unlocks TO theirs;
      GRANT EXECUTE ON FUNCTION ${LOG}, ${ASK}, ${UNLOCK}, ${BATCH} TO theirs; GRANT INSERT (user_id, skill_id, version, rating, tags, notes), SELECT (id) ON skill_feedback TO theirs;
      GRANT USAGE ON SEQUENCE skill_feedback_id_seq TO theirs`,
  },
  { title: 'an application with a part of its privileges', sql: `CREATE ROLE theirs LOGIN; GRANT EXECUTE ON FUNCTION ${LOG} TO theirs` },
  {
    title: 'an API role without privileges',
    sql: 'CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE web_anon; GRANT USAGE ON SCHEMA public TO anon',
  },
  {
    title: 'the roles of PostgREST and Supabase',
    sql: `CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE service_role BYPASSRLS; CREATE ROLE authenticator LOGIN NOINHERIT; GRANT anon, authenticated, service_role TO authenticator;
      GRANT ALL ON ALL TABLES IN SCHEMA public TO service_role; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO service_role; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO service_role`,
  },
  { title: 'an API role with a table of a user', sql: 'CREATE ROLE anon; CREATE TABLE theirs (id int); GRANT ALL ON theirs TO anon' },
  {
    title: 'an API role with an invoker view',
    sql: 'CREATE ROLE anon; CREATE VIEW theirs WITH (security_invoker) AS SELECT skill_id FROM skill_unlocks; GRANT SELECT ON theirs TO anon',
    minVersion: 15,
  },
  {
    title: 'a role without LOGIN that writes',
    sql: 'CREATE ROLE theirs; GRANT ALL ON ALL TABLES IN SCHEMA public TO theirs; GRANT ALL ON schema_migrations TO theirs',
  },
  { title: 'another superuser', sql: 'CREATE ROLE theirs SUPERUSER LOGIN; CREATE ROLE dba LOGIN; GRANT theirs TO postgres' },
  {
    title: 'an owner without LOGIN with one member that deploys',
    sql: 'CREATE ROLE theirs; CREATE ROLE deploy LOGIN; GRANT theirs TO deploy; GRANT USAGE ON SCHEMA public TO theirs; ALTER TABLE skill_feedback OWNER TO theirs',
  },
  {
    title: 'a view of a role that may read its columns',
    sql: 'CREATE ROLE theirs; GRANT CREATE, USAGE ON SCHEMA public TO theirs; GRANT SELECT (skill_id, rating) ON skill_feedback TO theirs; CREATE VIEW theirs AS SELECT skill_id, count(rating) FROM skill_feedback GROUP BY 1; ALTER VIEW theirs OWNER TO theirs; REVOKE CREATE ON SCHEMA public FROM theirs',
  },
  {
    title: 'the key of the ledger as a unique constraint',
    sql: 'ALTER TABLE schema_migrations DROP CONSTRAINT schema_migrations_pkey, ADD UNIQUE (version)',
  },
  {
    title: 'another column in the ledger',
    sql: "ALTER TABLE schema_migrations ADD COLUMN theirs text, ADD COLUMN host text NOT NULL DEFAULT 'x'",
  },
  { title: 'an index on the ledger', sql: 'CREATE INDEX theirs ON schema_migrations (applied_at)' },
  {
    title: 'a ledger of an older tool',
    sql: 'ALTER TABLE schema_migrations ALTER COLUMN version TYPE varchar(255), ALTER COLUMN applied_at TYPE timestamp',
  },
]
