-- Rollups: the sums that `skills stats` reads, so that it does not read every event again.
--
-- It can run again at any time. It rewrites no table with data: a column with one default value for all existing rows changes only
-- the catalog, and the index is created here only where that is fast.
--
-- How the sums stay correct: every event and every feedback has the ID of the transaction that wrote it. A step takes the rows whose
-- transaction the saved snapshot does not see and the current one does, adds them up, and saves the current snapshot, in one
-- transaction. Rows that commit late, out of order or never need no special care; max(id) or max(created_at) as a mark would lose
-- some of them. Rows that no step has taken yet are the tail: readers add it. Steps lock no table that applications write to, and
-- use no trigger.
--
-- Rows that carry the transaction ID of another server (a restore, a load of data only, replication) and a server with other
-- transaction IDs need more: skill_rollup_adopt() and skill_rollup_repair() in skill_rollup_functions.sql.
--
-- Events and feedback are written once. After an UPDATE or DELETE by hand, run `skills rollup --rebuild`.
-- Days and hours are in UTC. The tier of an event is that of its state snapshot, else its own, as in v_skill_cooccurrence.


-- The transaction of a row ------------------------------------------------------------------------------------------

ALTER TABLE skill_usage_events ADD COLUMN IF NOT EXISTS txid bigint NOT NULL DEFAULT pg_catalog.txid_current();
ALTER TABLE skill_feedback     ADD COLUMN IF NOT EXISTS txid bigint NOT NULL DEFAULT pg_catalog.txid_current();

-- CREATE INDEX blocks writers. On a large table, the first `skills rollup` creates the index CONCURRENTLY (a migration with
-- CONCURRENTLY cannot run through a transaction pooler); until then steps are correct but slow.
DO $index$
BEGIN
  IF pg_catalog.pg_relation_size('skill_usage_events') < 32 * 1024 * 1024 THEN
    CREATE INDEX IF NOT EXISTS idx_skill_usage_txid ON skill_usage_events (txid);
  END IF;
  IF pg_catalog.pg_relation_size('skill_feedback') < 32 * 1024 * 1024 THEN
    CREATE INDEX IF NOT EXISTS idx_skill_feedback_txid ON skill_feedback (txid);
  END IF;
END
$index$;


-- Tables ------------------------------------------------------------------------------------------------------------

-- The progress of the steps, one row for each source. A step locks its row, so that only one runs at a time.
CREATE TABLE IF NOT EXISTS skill_rollup_state (
  source            text          PRIMARY KEY, -- events | feedback
  snapshot          txid_snapshot NOT NULL,
  part_txid         bigint, -- this transaction is taken in parts: up to part_id it is, part_end is its last row
  part_id           bigint,
  part_end          bigint,
  system_identifier bigint        NOT NULL,
  rolled            bigint        NOT NULL DEFAULT 0,
  users             bigint        NOT NULL DEFAULT 0,
  sessions          bigint        NOT NULL DEFAULT 0,
  pruned_before     timestamptz,
  stepped_at        timestamptz,
  stepped_txid      bigint, -- the transaction of the last step
  searched_at       timestamptz -- when a large table was last searched for rows of another server
);

-- One row for each day, skill and version. tokens_n and cost_n are the numbers of events that had tokens and a cost. latencies has one
-- element for each bucket with events: 256 times their number, plus the number of the bucket. Bucket 0 is up to 1 ms, bucket i is above
-- 2^((i-1)/8) ms and up to 2^(i/8) ms: its bounds differ by 9 %. skill_latency_buckets() returns the buckets as rows.
CREATE TABLE IF NOT EXISTS skill_rollup_days (
  day date NOT NULL, skill_id text NOT NULL, version text NOT NULL,
  n bigint NOT NULL, ok bigint NOT NULL, soft bigint NOT NULL, hard bigint NOT NULL,
  latency_n bigint NOT NULL, latency_sum bigint NOT NULL, latency_min integer, latency_max integer,
  tokens_n bigint NOT NULL, input_tokens numeric NOT NULL, output_tokens numeric NOT NULL, cost_n bigint NOT NULL, cost_usd numeric NOT NULL,
  first_at timestamptz NOT NULL, last_at timestamptz NOT NULL,
  latencies bigint[] NOT NULL,
  PRIMARY KEY (day, skill_id, version)
);
CREATE INDEX IF NOT EXISTS idx_skill_rollup_days_skill ON skill_rollup_days (skill_id, day);

-- The same over all time, so that the overview reads one row for each version and not one for each day.
CREATE TABLE IF NOT EXISTS skill_rollup_versions (
  skill_id text NOT NULL, version text NOT NULL,
  n bigint NOT NULL, ok bigint NOT NULL, soft bigint NOT NULL, hard bigint NOT NULL,
  latency_n bigint NOT NULL, latency_sum bigint NOT NULL, latency_min integer, latency_max integer,
  tokens_n bigint NOT NULL, input_tokens numeric NOT NULL, output_tokens numeric NOT NULL, cost_n bigint NOT NULL, cost_usd numeric NOT NULL,
  first_at timestamptz NOT NULL, last_at timestamptz NOT NULL,
  latencies bigint[] NOT NULL,
  PRIMARY KEY (skill_id, version)
);

-- Why uses failed: the events that did not succeed and have an error type.
CREATE TABLE IF NOT EXISTS skill_rollup_errors (
  day date NOT NULL, skill_id text NOT NULL, version text NOT NULL, error_type text NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (day, skill_id, version, error_type)
);

-- Distinct users cannot be added up over days: every pair is stored once, and a new pair increments the counters.
CREATE TABLE IF NOT EXISTS skill_rollup_users (
  user_id   uuid    NOT NULL,
  skill_id  text    NOT NULL,
  succeeded boolean NOT NULL,
  PRIMARY KEY (user_id, skill_id)
);
CREATE TABLE IF NOT EXISTS skill_rollup_skills (
  skill_id  text   PRIMARY KEY,
  users     bigint NOT NULL,
  succeeded bigint NOT NULL
);

-- The states of the users. state_key is a hash of the three; NULL and '' are different.
CREATE TABLE IF NOT EXISTS skill_rollup_states (
  state_key bigint PRIMARY KEY,
  tier      text,
  element   text,
  realm     text
);
CREATE TABLE IF NOT EXISTS skill_rollup_state_days (
  day date NOT NULL, state_key bigint NOT NULL,
  n bigint NOT NULL, ok bigint NOT NULL, soft bigint NOT NULL, hard bigint NOT NULL,
  latency_n bigint NOT NULL, latency_sum bigint NOT NULL,
  PRIMARY KEY (day, state_key)
) WITH (fillfactor = 70);
CREATE TABLE IF NOT EXISTS skill_rollup_skill_states (
  skill_id text NOT NULL, state_key bigint NOT NULL,
  n bigint NOT NULL, ok bigint NOT NULL, soft bigint NOT NULL, hard bigint NOT NULL,
  latency_n bigint NOT NULL, latency_sum bigint NOT NULL,
  PRIMARY KEY (skill_id, state_key)
) WITH (fillfactor = 70);

-- Hours of the week: 0 is Monday from 0:00 to 1:00.
CREATE TABLE IF NOT EXISTS skill_rollup_hours (
  skill_id text NOT NULL, hour smallint NOT NULL,
  n bigint NOT NULL, ok bigint NOT NULL, soft bigint NOT NULL, hard bigint NOT NULL,
  latency_n bigint NOT NULL, latency_sum bigint NOT NULL,
  PRIMARY KEY (skill_id, hour)
) WITH (fillfactor = 70);

-- A session of a user in one state: the group of v_skill_cooccurrence. While it is open, `skills` has the skills that succeeded.
-- After half an hour without events it is closed and counted in its set, which has the skills then. A late row moves it to another
-- set.
CREATE TABLE IF NOT EXISTS skill_rollup_sessions (
  user_id    uuid        NOT NULL,
  session_id text        NOT NULL,
  state_key  bigint      NOT NULL,
  set_key    uuid,
  events     integer     NOT NULL,
  successes  integer     NOT NULL,
  first_at   timestamptz NOT NULL,
  last_at    timestamptz NOT NULL,
  skills     text[]      NOT NULL,
  PRIMARY KEY (user_id, session_id, state_key)
);
CREATE INDEX IF NOT EXISTS idx_skill_rollup_sessions_set ON skill_rollup_sessions (set_key, user_id) WHERE set_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_skill_rollup_sessions_open ON skill_rollup_sessions (last_at)
  WHERE set_key IS NULL AND pg_catalog.cardinality(skills) >= 2;

-- Sets of skills that succeeded together. set_key is a hash of the set and its state: an index on the set itself fails with a few
-- dozen skills.
CREATE TABLE IF NOT EXISTS skill_rollup_sets (
  set_key   uuid        PRIMARY KEY,
  state_key bigint      NOT NULL,
  sessions  bigint      NOT NULL,
  users     bigint      NOT NULL,
  events    bigint      NOT NULL,
  successes bigint      NOT NULL,
  first_at  timestamptz NOT NULL,
  last_at   timestamptz NOT NULL,
  skill_set text[]      NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_skill_rollup_sets_frequent ON skill_rollup_sets (sessions DESC) WHERE sessions >= 3;

CREATE TABLE IF NOT EXISTS skill_rollup_feedback (
  skill_id text NOT NULL, version text NOT NULL,
  n bigint NOT NULL, rated bigint NOT NULL, rating_sum bigint NOT NULL,
  PRIMARY KEY (skill_id, version)
);
CREATE TABLE IF NOT EXISTS skill_rollup_tags (
  skill_id text NOT NULL, tag text NOT NULL, n bigint NOT NULL,
  PRIMARY KEY (skill_id, tag)
);
-- Which user rated which skill: the last stage of the funnel.
CREATE TABLE IF NOT EXISTS skill_rollup_raters (
  user_id uuid NOT NULL, skill_id text NOT NULL,
  PRIMARY KEY (user_id, skill_id)
);
CREATE INDEX IF NOT EXISTS idx_skill_rollup_raters_skill ON skill_rollup_raters (skill_id);

-- Rows that a step could not add up, and why. They are in none of the sums; `skills rollup`, `doctor` and `verify` list them.
CREATE TABLE IF NOT EXISTS skill_rollup_set_aside (
  source  text   NOT NULL, -- events | feedback
  user_id uuid   NOT NULL,
  id      bigint NOT NULL,
  reason  text   NOT NULL,
  PRIMARY KEY (source, user_id, id)
);

INSERT INTO skill_rollup_state (source, snapshot, system_identifier)
SELECT source, '1:1:', system_identifier
FROM pg_catalog.pg_control_system(), (VALUES ('events'), ('feedback')) AS sources (source)
ON CONFLICT (source) DO NOTHING;
