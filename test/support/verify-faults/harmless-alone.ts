import type { HarmlessState } from './fault.ts'

const state = (title: string, sql: string, more: Partial<HarmlessState> = {}): HarmlessState => ({ title, sql, alone: true, ...more })
const ofDatabase = (what: string): string =>
  `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I ${what.replaceAll("'", "''")}', current_database()); END $$`
const onServer = { backends: 'server' } as const
const EVENT = "INSERT INTO skill_usage_events (user_id, skill_id, version, outcome) VALUES (gen_random_uuid(), 'one', '1.2.0', 'success')"

/** States that a transaction cannot make. */
export const HARMLESS_ALONE: readonly HarmlessState[] = [
  state('VACUUM', 'VACUUM'),
  state('VACUUM FULL of a table', 'VACUUM FULL skill_feedback'),
  state('VACUUM FULL of everything', 'VACUUM FULL'),
  state('VACUUM FREEZE', 'VACUUM (FREEZE, ANALYZE) skill_usage_events'),
  state('VACUUM after many deleted rows', `${EVENT}; DELETE FROM skill_usage_events; VACUUM skill_usage_events`),
  state('REINDEX of the schema', 'REINDEX SCHEMA public'),
  state('REINDEX CONCURRENTLY of a table', 'REINDEX TABLE CONCURRENTLY skill_usage_events', onServer),
  state('an index built CONCURRENTLY', 'CREATE INDEX CONCURRENTLY theirs ON skill_usage_events (latency_ms)', onServer),
  state(
    'an index dropped and built CONCURRENTLY',
    'DROP INDEX CONCURRENTLY idx_skill_usage_user_time; CREATE INDEX CONCURRENTLY idx_skill_usage_user_time ON skill_usage_events (user_id, created_at DESC)',
    onServer,
  ),
  state('CLUSTER of every marked table', 'ALTER TABLE skill_usage_events CLUSTER ON idx_skill_usage_user_time; CLUSTER'),
  state(
    'a materialized view refreshed CONCURRENTLY',
    'CREATE MATERIALIZED VIEW theirs AS SELECT skill_id FROM v_skill_effectiveness; CREATE UNIQUE INDEX ON theirs (skill_id); REFRESH MATERIALIZED VIEW CONCURRENTLY theirs',
    onServer,
  ),
  state(
    'a prepared transaction of another table',
    "CREATE TABLE theirs (id int); BEGIN; INSERT INTO theirs VALUES (1); PREPARE TRANSACTION 'theirs'",
    {
      ...onServer,
      undo: "ROLLBACK PREPARED 'theirs'",
    },
  ),
  state('a prepared transaction with an event', `BEGIN; ${EVENT}; PREPARE TRANSACTION 'event'`, {
    ...onServer,
    undo: "ROLLBACK PREPARED 'event'",
  }),
  state('a physical replication slot that is not used', "SELECT pg_create_physical_replication_slot('theirs', true)", {
    ...onServer,
    warns: 'settings.replication-slots',
    undo: "SELECT pg_drop_replication_slot('theirs')",
  }),
  state('a logical replication slot that is not used', "SELECT pg_create_logical_replication_slot('theirs', 'pgoutput')", {
    ...onServer,
    warns: 'settings.replication-slots',
    undo: "SELECT pg_drop_replication_slot('theirs')",
  }),
  state('a subscription that is disabled', "CREATE SUBSCRIPTION theirs CONNECTION 'host=/nowhere' PUBLICATION p WITH (connect = false)", {
    ...onServer,
    undo: 'ALTER SUBSCRIPTION theirs SET (slot_name = NONE); DROP SUBSCRIPTION theirs',
  }),
  state(
    'a table in another tablespace',
    "SET allow_in_place_tablespaces TO on; CREATE TABLESPACE theirs LOCATION ''; ALTER TABLE skill_usage_events SET TABLESPACE theirs",
    {
      ...onServer,
      undo: 'ALTER TABLE skill_usage_events SET TABLESPACE pg_default; DROP TABLESPACE theirs',
    },
  ),
  state(
    'an index in another tablespace',
    "SET allow_in_place_tablespaces TO on; CREATE TABLESPACE theirs LOCATION ''; ALTER INDEX idx_skill_usage_user_time SET TABLESPACE theirs",
    {
      ...onServer,
      undo: 'ALTER INDEX idx_skill_usage_user_time SET TABLESPACE pg_default; DROP TABLESPACE theirs',
    },
  ),
  state('a connection limit of the database', ofDatabase('CONNECTION LIMIT 20'), onServer),
  state(
    'settings of the database',
    [ofDatabase("SET work_mem TO '8MB'"), ofDatabase("SET timezone TO 'Asia/Tokyo'"), ofDatabase("SET datestyle TO 'ISO, DMY'")].join('; '),
  ),
  state('a search_path of the database', ofDatabase('SET search_path TO public, pg_catalog')),
  state(
    'settings of a role in the database',
    "CREATE ROLE theirs_settings; DO $$ BEGIN EXECUTE format('ALTER ROLE theirs_settings IN DATABASE %I SET search_path TO public', current_database()); END $$",
    {
      ...onServer,
      undo: 'DROP ROLE theirs_settings',
    },
  ),
  state('committed rows of many transactions', Array.from({ length: 20 }, () => EVENT).join('; ')),
  state('an aborted transaction', `BEGIN; ${EVENT}; ROLLBACK`),
  state('a savepoint that was rolled back', `BEGIN; ${EVENT}; SAVEPOINT a; ${EVENT}; ROLLBACK TO a; COMMIT`),
  state('an unlogged table that was logged again', 'ALTER TABLE skill_feedback SET UNLOGGED; ALTER TABLE skill_feedback SET LOGGED'),
  state('an enum value added later', "CREATE TYPE mood AS ENUM ('good'); ALTER TYPE mood ADD VALUE 'bad'"),
  state(
    'a constraint validated later',
    "ALTER TABLE skill_usage_events DROP CONSTRAINT skill_usage_events_outcome_known; ALTER TABLE skill_usage_events ADD CONSTRAINT skill_usage_events_outcome_known CHECK (outcome IN ('success', 'soft_fail', 'hard_refusal')) NOT VALID; ALTER TABLE skill_usage_events VALIDATE CONSTRAINT skill_usage_events_outcome_known",
  ),
  state('rollups of events', `${EVENT}; SELECT skill_rollup_events(1000, true); SELECT skill_rollup_feedback(1000, true); ${EVENT}`),
  state('rollups that were reset', `${EVENT}; SELECT skill_rollup_events(1000, true); SELECT skill_rollup_reset()`),
]
