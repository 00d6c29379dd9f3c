import { type HarmlessState, UNLOCK } from './fault.ts'

/** Changes of administrators and other applications that verify must not report. */
export const HARMLESS_CHANGES: readonly HarmlessState[] = [
  { title: 'another table', sql: 'CREATE TABLE theirs (id int PRIMARY KEY)' },
  { title: 'another view', sql: 'CREATE VIEW theirs AS SELECT skill_id FROM skills_registry' },
  { title: 'a materialized view of ours', sql: 'CREATE MATERIALIZED VIEW mv_skill_cooccurrence AS SELECT * FROM v_skill_cooccurrence' },
  { title: 'another function', sql: `CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'` },
  { title: 'another type and sequence', sql: "CREATE TYPE mood AS ENUM ('good'); CREATE SEQUENCE theirs" },
  { title: 'an index on one of our tables', sql: 'CREATE INDEX theirs ON skill_usage_events (input_hash)' },
  { title: 'a partial index on one of our tables', sql: 'CREATE INDEX theirs ON skill_feedback (rating) WHERE rating < 3' },
  { title: 'extended statistics', sql: 'CREATE STATISTICS theirs ON user_id, skill_id FROM skill_usage_events' },
  {
    title: 'another owner of everything',
    sql: `CREATE ROLE other_owner; GRANT ALL ON SCHEMA public TO other_owner;
      DO $$ DECLARE statement text; BEGIN
        FOR statement IN SELECT format('ALTER ROUTINE %s OWNER TO other_owner', oid::regprocedure) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
          UNION ALL SELECT format('ALTER TABLE %s OWNER TO other_owner', oid::regclass) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')
        LOOP EXECUTE statement; END LOOP; END $$`,
  },
  { title: 'another owner of the feedback', sql: 'CREATE ROLE other_owner; ALTER TABLE skill_feedback OWNER TO other_owner' },
  { title: 'rights for a reporting role', sql: 'CREATE ROLE reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader' },
  {
    title: 'rights for the application',
    sql: `CREATE ROLE app; GRANT EXECUTE ON FUNCTION ${UNLOCK} TO app; GRANT INSERT, UPDATE ON skill_unlocks TO app`,
  },
  { title: 'default privileges', sql: 'CREATE ROLE reader; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader' },
  { title: 'tuning of autovacuum', sql: 'ALTER TABLE skill_usage_events SET (autovacuum_vacuum_scale_factor = 0.01)' },
  {
    title: 'tuning of the statistics',
    sql: 'ALTER TABLE skill_usage_events ALTER COLUMN skill_id SET STATISTICS 1000; ANALYZE skill_usage_events',
  },
  {
    title: 'events, unlocks and feedback',
    sql: `SELECT log_skill_usage(gen_random_uuid(), 's' || n, 'one', '1.2.0', 'CORE', 'success', n) FROM generate_series(1, 50) n;
      SELECT unlock_skill(gen_random_uuid(), 'two');
      INSERT INTO skill_feedback (user_id, skill_id, version, rating) VALUES (gen_random_uuid(), 'one', '1.2.0', 5)`,
  },
  { title: 'a skill of another source', sql: "INSERT INTO skills_registry (skill_id, version) VALUES ('theirs', '0.1.0')" },
  { title: 'a trust level that an operator set', sql: "UPDATE skills_registry SET trust_level = 4 WHERE skill_id = 'one'" },
  { title: 'keys of meta of another tool', sql: `UPDATE skills_registry SET meta = meta || '{"owner": "team-a"}'` },
  { title: 'rows of another tool in the ledger', sql: "INSERT INTO schema_migrations (version) VALUES ('20240101_theirs')" },
  { title: 'candidates', sql: "INSERT INTO agent_emergence_candidates (signature_hash, status) VALUES ('x', 'review')" },
]
