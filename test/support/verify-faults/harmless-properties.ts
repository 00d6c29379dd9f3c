import type { HarmlessState } from './fault.ts'

const state = (title: string, sql: string, more: Partial<HarmlessState> = {}): HarmlessState => ({ title, sql, ...more })

/** Properties that administrators and replication set. */
export const HARMLESS_PROPERTIES: readonly HarmlessState[] = [
  state(
    'external storage',
    'ALTER TABLE skill_usage_events ALTER COLUMN artifacts SET STORAGE EXTERNAL, ALTER COLUMN input_hash SET STORAGE MAIN',
  ),
  state('a whole row as replica identity', 'ALTER TABLE skill_feedback REPLICA IDENTITY FULL'),
  state('no replica identity, and no publication', 'ALTER TABLE skill_feedback REPLICA IDENTITY NOTHING'),
  state(
    'a publication of inserts',
    "ALTER TABLE skill_usage_events REPLICA IDENTITY NOTHING; CREATE PUBLICATION p FOR TABLE skill_usage_events WITH (publish = 'insert')",
    { backends: 'server' },
  ),
  state('a publication of some columns and rows', 'CREATE PUBLICATION p FOR TABLE skill_feedback (id, rating) WHERE (id > 10)', {
    backends: 'server',
    minVersion: 15,
  }),
  state(
    'comments on parts of ours',
    "COMMENT ON INDEX skill_feedback_pkey IS 'x'; COMMENT ON CONSTRAINT skill_feedback_pkey ON skill_feedback IS 'x'",
  ),
  state('default privileges for functions', 'CREATE ROLE app; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO app'),
  state('a table that inherits from nothing of ours', 'CREATE TABLE theirs (a int); CREATE TABLE child () INHERITS (theirs)'),
  state(
    'another statistics target of statistics',
    'CREATE STATISTICS theirs ON user_id, outcome FROM skill_usage_events; ALTER STATISTICS theirs SET STATISTICS 50',
  ),
]
