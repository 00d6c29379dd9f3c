-- The skill system: five tables, their indexes, three functions, two views.
--
-- It can run again at any time, and in a database in which some or all of the objects exist: existing tables and indexes stay as
-- they are, rows are never changed, and functions and views are replaced.
--
-- No name has a schema. Everything is created in the first schema of the search_path; the functions keep that schema (see
-- "Privileges" below).
--
-- The schema also works in a distributed Postgres: no trigger on these tables, no unique key without user_id on the tables that
-- have that column, functions in plpgsql with p_user_id first, views that aggregate before they join.


-- Tables ------------------------------------------------------------------------------------------------------------

-- The skills that agents can run. `skills sync` writes it, agents read it.
CREATE TABLE IF NOT EXISTS skills_registry (
  skill_id    text        PRIMARY KEY,
  version     text        NOT NULL,
  sha256      text,
  enabled     boolean     NOT NULL DEFAULT true,
  trust_level integer     NOT NULL DEFAULT 1 CHECK (trust_level BETWEEN 1 AND 5),
  meta        jsonb       NOT NULL DEFAULT '{}',
  updated_at  timestamptz NOT NULL DEFAULT pg_catalog.now()
);

-- Which user has access to which skill. Without a foreign key, so that a skill can be unlocked before it is registered.
CREATE TABLE IF NOT EXISTS skill_unlocks (
  user_id       uuid,
  skill_id      text,
  unlocked      boolean     NOT NULL DEFAULT false,
  unlocked_at   timestamptz,
  unlock_reason text,
  PRIMARY KEY (user_id, skill_id)
);

-- One row for each use of a skill. IDs can commit out of order: the largest ID does not mean that all smaller ones are visible.
CREATE TABLE IF NOT EXISTS skill_usage_events (
  id             bigserial   PRIMARY KEY,
  user_id        uuid        NOT NULL,
  session_id     text,
  skill_id       text        NOT NULL,
  version        text        NOT NULL,
  tier           text,
  outcome        text        NOT NULL, -- success | soft_fail | hard_refusal
  latency_ms     integer,
  input_hash     text,
  state_snapshot jsonb       NOT NULL DEFAULT '{}',
  artifacts      jsonb       NOT NULL DEFAULT '{}',
  created_at     timestamptz NOT NULL DEFAULT pg_catalog.now()
);

CREATE TABLE IF NOT EXISTS skill_feedback (
  id         bigserial   PRIMARY KEY,
  user_id    uuid        NOT NULL,
  skill_id   text        NOT NULL,
  version    text        NOT NULL,
  rating     integer,
  tags       text[]      DEFAULT '{}',
  notes      text,
  created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

-- Proposals from mining the events. Two rows can have the same signature: a person decides about near-duplicates.
CREATE TABLE IF NOT EXISTS agent_emergence_candidates (
  id               bigserial   PRIMARY KEY,
  signature_hash   text        NOT NULL,
  tier             text,
  element          text,
  realm            text,
  cooccur_skills   jsonb       NOT NULL DEFAULT '[]',
  support_count    integer     NOT NULL DEFAULT 0,
  avg_success_rate numeric,
  field_coherence  numeric,
  archetypal_name  text,
  status           text        NOT NULL DEFAULT 'monitoring', -- monitoring | review | approved | deployed | rejected
  notes            text,
  created_at       timestamptz NOT NULL DEFAULT pg_catalog.now()
);


-- Indexes -----------------------------------------------------------------------------------------------------------
-- Indexes on a key and the time are in 20251220_skill_system_rls_indexes.sql.

CREATE INDEX IF NOT EXISTS idx_skills_registry_enabled  ON skills_registry (enabled) WHERE enabled = true;
CREATE INDEX IF NOT EXISTS idx_skills_registry_tier     ON skills_registry ((meta->>'tier'::text));
CREATE INDEX IF NOT EXISTS idx_skills_registry_category ON skills_registry ((meta->>'category'::text));

CREATE INDEX IF NOT EXISTS idx_skill_unlocks_user     ON skill_unlocks (user_id);
CREATE INDEX IF NOT EXISTS idx_skill_unlocks_unlocked ON skill_unlocks (unlocked) WHERE unlocked = true;

CREATE INDEX IF NOT EXISTS idx_skill_usage_user    ON skill_usage_events (user_id);
CREATE INDEX IF NOT EXISTS idx_skill_usage_skill   ON skill_usage_events (skill_id);
CREATE INDEX IF NOT EXISTS idx_skill_usage_outcome ON skill_usage_events (outcome);
CREATE INDEX IF NOT EXISTS idx_skill_usage_created ON skill_usage_events (created_at DESC);

CREATE INDEX IF NOT EXISTS idx_skill_feedback_skill   ON skill_feedback (skill_id);
CREATE INDEX IF NOT EXISTS idx_skill_feedback_rating  ON skill_feedback (rating);
CREATE INDEX IF NOT EXISTS idx_skill_feedback_created ON skill_feedback (created_at DESC);

CREATE INDEX IF NOT EXISTS idx_agent_emergence_signature ON agent_emergence_candidates (signature_hash);
CREATE INDEX IF NOT EXISTS idx_agent_emergence_status    ON agent_emergence_candidates (status);
CREATE INDEX IF NOT EXISTS idx_agent_emergence_support   ON agent_emergence_candidates (support_count DESC);


-- Functions ---------------------------------------------------------------------------------------------------------
-- SECURITY DEFINER: an application role can call them without a privilege on the tables.
-- Names: every function call is qualified with pg_catalog, and operators have the exact types of an operator of pg_catalog (so `->>`
-- has a text, and no untyped literal). PostgreSQL prefers a function or operator that fits the arguments better, wherever it is:
-- without this, a role that can create objects in the schema could have its own code run by the owner.

-- Applications call the functions with their own values, so the functions check them: the message names the argument, SQLSTATE is
-- 22023. The bounds are those of the constraints in 20261123_skill_bounds.sql. The two functions below have no search_path, so that PostgreSQL
-- inlines them, which makes a check almost free. Only functions with a pinned path call them.

-- What is wrong with a text; NULL when it has 1 to p_longest bytes.
CREATE OR REPLACE FUNCTION skill_text_fault(p_name text, p_text text, p_longest integer) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $function$
  SELECT CASE
    WHEN p_text IS NULL THEN pg_catalog.format('%s is NULL', p_name)
    WHEN pg_catalog.octet_length(p_text) NOT BETWEEN 1 AND p_longest
      THEN pg_catalog.format('%s has %s bytes, and must have 1 to %s', p_name, pg_catalog.octet_length(p_text), p_longest)
  END
$function$;

-- What is wrong with the values of an event; NULL when nothing is. The text begins with the name of the column.
CREATE OR REPLACE FUNCTION skill_usage_fault(
  p_user_id        uuid,
  p_session_id     text,
  p_skill_id       text,
  p_version        text,
  p_tier           text,
  p_outcome        text,
  p_latency_ms     integer,
  p_input_hash     text,
  p_state_snapshot jsonb,
  p_artifacts      jsonb
) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $function$
  SELECT coalesce(
    CASE WHEN p_user_id IS NULL THEN 'user_id is NULL' END,
    CASE WHEN p_session_id IS NOT NULL THEN skill_text_fault('session_id'::text, p_session_id, 256) END,
    skill_text_fault('skill_id'::text, p_skill_id, 256),
    skill_text_fault('version'::text, p_version, 256),
    CASE WHEN p_tier IS NOT NULL THEN skill_text_fault('tier'::text, p_tier, 256) END,
    CASE WHEN (p_outcome IN ('success', 'soft_fail', 'hard_refusal')) IS NOT TRUE THEN
      pg_catalog.format('outcome is %s, and must be success, soft_fail or hard_refusal', coalesce(pg_catalog.left(p_outcome, 40), 'NULL')) END,
    CASE WHEN p_latency_ms < 0 THEN pg_catalog.format('latency_ms is %s, and must be 0 to 2147483647', p_latency_ms) END,
    CASE WHEN p_input_hash IS NOT NULL THEN skill_text_fault('input_hash'::text, p_input_hash, 256) END,
    CASE WHEN pg_catalog.octet_length(p_state_snapshot::text) > 262144 THEN 'state_snapshot has more than 262144 bytes as text' END,
    CASE WHEN pg_catalog.octet_length(p_artifacts::text) > 262144 THEN 'artifacts has more than 262144 bytes as text' END
  )
$function$;

CREATE OR REPLACE FUNCTION log_skill_usage(
  p_user_id        uuid,
  p_session_id     text,
  p_skill_id       text,
  p_version        text,
  p_tier           text,
  p_outcome        text,
  p_latency_ms     integer DEFAULT NULL,
  p_input_hash     text    DEFAULT NULL,
  p_state_snapshot jsonb   DEFAULT '{}',
  p_artifacts      jsonb   DEFAULT '{}'
) RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $function$
DECLARE
  v_event_id bigint;
  v_fault    text;
BEGIN
  v_fault := skill_usage_fault(
    p_user_id, p_session_id, p_skill_id, p_version, p_tier, p_outcome, p_latency_ms, p_input_hash, p_state_snapshot, p_artifacts
  );
  IF v_fault IS NOT NULL THEN
    RAISE EXCEPTION 'p_%', v_fault USING ERRCODE = '22023';
  END IF;

  -- Callers without state often pass NULL, which overrides the default and violates NOT NULL.
  INSERT INTO skill_usage_events (
    user_id, session_id, skill_id, version, tier, outcome, latency_ms, input_hash, state_snapshot, artifacts
  ) VALUES (
    p_user_id, p_session_id, p_skill_id, p_version, p_tier, p_outcome, p_latency_ms, p_input_hash,
    coalesce(p_state_snapshot, '{}'::jsonb), coalesce(p_artifacts, '{}'::jsonb)
  )
  RETURNING id INTO v_event_id;

  RETURN v_event_id;
END;
$function$;

CREATE OR REPLACE FUNCTION is_skill_unlocked(
  p_user_id  uuid,
  p_skill_id text
) RETURNS boolean
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $function$
DECLARE
  v_fault text;
BEGIN
  v_fault := CASE WHEN p_user_id IS NULL THEN 'p_user_id is NULL' ELSE skill_text_fault('p_skill_id'::text, p_skill_id, 256) END;
  IF v_fault IS NOT NULL THEN
    RAISE EXCEPTION '%', v_fault USING ERRCODE = '22023';
  END IF;

  -- Every user has access to foundational skills, whatever skill_unlocks contains.
  IF EXISTS (
    SELECT 1 FROM skills_registry r
    WHERE r.skill_id = p_skill_id AND r.meta->>'category'::text = 'foundational'
  ) THEN
    RETURN true;
  END IF;

  RETURN EXISTS (
    SELECT 1 FROM skill_unlocks u
    WHERE u.user_id = p_user_id AND u.skill_id = p_skill_id AND u.unlocked
  );
END;
$function$;

CREATE OR REPLACE FUNCTION unlock_skill(
  p_user_id       uuid,
  p_skill_id      text,
  p_unlock_reason text DEFAULT 'manual'
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $function$
DECLARE
  v_fault text;
BEGIN
  v_fault := CASE
    WHEN p_user_id IS NULL THEN 'p_user_id is NULL'
    WHEN pg_catalog.octet_length(p_unlock_reason) > 2000
      THEN pg_catalog.format('p_unlock_reason has %s bytes, and must have at most 2000', pg_catalog.octet_length(p_unlock_reason))
    ELSE skill_text_fault('p_skill_id'::text, p_skill_id, 256)
  END;
  IF v_fault IS NOT NULL THEN
    RAISE EXCEPTION '%', v_fault USING ERRCODE = '22023';
  END IF;

  -- now() is in VALUES, and the update takes it from excluded: a distributed Postgres refuses a function call in
  -- DO UPDATE SET.
  INSERT INTO skill_unlocks (user_id, skill_id, unlocked, unlocked_at, unlock_reason)
  VALUES (p_user_id, p_skill_id, true, pg_catalog.now(), p_unlock_reason)
  ON CONFLICT (user_id, skill_id) DO UPDATE SET
    unlocked      = excluded.unlocked,
    unlocked_at   = excluded.unlocked_at,
    unlock_reason = excluded.unlock_reason;

  RETURN true;
END;
$function$;


-- Privileges --------------------------------------------------------------------------------------------------------

-- The functions run with the privileges of their owner, so the caller must not decide what their names mean. SET search_path
-- FROM CURRENT pins the path. But PostgreSQL searches pg_temp first unless the path names it: the function would write to a
-- temporary table of the caller named skill_unlocks, and run its triggers, as the owner. So the path is the schema, then pg_temp.
DO $pin$
DECLARE
  v_function regprocedure;
BEGIN
  FOREACH v_function IN ARRAY ARRAY[
    'log_skill_usage(uuid,text,text,text,text,text,integer,text,jsonb,jsonb)',
    'is_skill_unlocked(uuid,text)',
    'unlock_skill(uuid,text,text)'
  ]::regprocedure[] LOOP
    EXECUTE pg_catalog.format('ALTER FUNCTION %s SET search_path TO %I, pg_temp', v_function, pg_catalog.current_schema());
  END LOOP;
END
$pin$;

-- PostgreSQL grants EXECUTE to PUBLIC by default: every role that can connect could log events for any user, or unlock any skill.
-- Only the owner keeps it here. `skills grants` prints the GRANT statements for the role of an application. CREATE OR REPLACE keeps
-- earlier privileges, so this also revokes what an older version of the functions gave to PUBLIC.
REVOKE EXECUTE ON FUNCTION log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION is_skill_unlocked(uuid, text) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION unlock_skill(uuid, text, text) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION skill_text_fault(text, text, integer) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION skill_usage_fault(uuid, text, text, text, text, text, integer, text, jsonb, jsonb) FROM PUBLIC;


-- Views -------------------------------------------------------------------------------------------------------------
-- Names, order and types of the columns are those of older versions of these views, so that CREATE OR REPLACE can replace them.

-- Usage and feedback are each aggregated to one row for a skill before the join: in a join of the rows, every event would count
-- once for each rating of its skill. Usage is grouped by (skill, user) first: this counts distinct users in about half the time of
-- count(DISTINCT user_id).
CREATE OR REPLACE VIEW v_skill_effectiveness AS
WITH usage_by_user AS (
  SELECT
    skill_id,
    user_id,
    pg_catalog.count(*)                                     AS uses,
    pg_catalog.count(*) FILTER (WHERE outcome = 'success')  AS successes,
    pg_catalog.sum(latency_ms)                              AS latency_sum,
    pg_catalog.count(latency_ms)                            AS latency_count,
    pg_catalog.min(created_at)                              AS first_use,
    pg_catalog.max(created_at)                              AS last_use
  FROM skill_usage_events
  GROUP BY skill_id, user_id
),
usage_by_skill AS (
  SELECT
    skill_id,
    pg_catalog.sum(uses)           AS uses,
    pg_catalog.sum(successes)      AS successes,
    pg_catalog.sum(latency_sum)    AS latency_sum,
    pg_catalog.sum(latency_count)  AS latency_count,
    pg_catalog.count(user_id)      AS unique_users,
    pg_catalog.min(first_use)      AS first_use,
    pg_catalog.max(last_use)       AS last_use
  FROM usage_by_user
  GROUP BY skill_id
),
feedback_by_skill AS (
  SELECT skill_id, pg_catalog.avg(rating) AS rating
  FROM skill_feedback
  GROUP BY skill_id
)
SELECT
  u.skill_id,
  u.uses::bigint                                             AS total_uses,
  u.successes::bigint                                        AS success_count,
  pg_catalog.round(100.0 * u.successes / nullif(u.uses, 0::numeric), 2)          AS success_rate_pct,
  pg_catalog.round(u.latency_sum / nullif(u.latency_count, 0::numeric))::integer AS avg_latency_ms,
  pg_catalog.round(f.rating, 2)                                         AS avg_rating,
  u.unique_users,
  u.first_use,
  u.last_use
FROM usage_by_skill u
LEFT JOIN feedback_by_skill f ON f.skill_id = u.skill_id;

-- The first step has one row for each group: a session of a user with one tier, element and realm. The set contains the skills
-- that succeeded in it; the counts cover all its events, because a rate over successes alone would always be 1. An event without a
-- session is in no group. Sets are sorted bytewise, so that the same skills make the same set under every collation.
CREATE OR REPLACE VIEW v_skill_cooccurrence AS
WITH session_skills AS (
  SELECT
    session_id,
    user_id,
    coalesce(state_snapshot->>'tier'::text, tier)      AS tier,
    state_snapshot->>'element'::text                   AS element,
    state_snapshot->>'realm'::text                     AS realm,
    pg_catalog.array_agg(DISTINCT skill_id COLLATE "C" ORDER BY skill_id COLLATE "C")
      FILTER (WHERE outcome = 'success')         AS skill_set,
    pg_catalog.count(*)                                     AS events,
    pg_catalog.count(*) FILTER (WHERE outcome = 'success')  AS successes,
    pg_catalog.min(created_at)                              AS first_event,
    pg_catalog.max(created_at)                              AS last_event
  FROM skill_usage_events
  WHERE session_id IS NOT NULL
  GROUP BY 1, 2, 3, 4, 5
)
SELECT
  skill_set COLLATE "default"                            AS skill_set,
  tier,
  element,
  realm,
  pg_catalog.count(*)                                               AS cooccurrence_count,
  pg_catalog.count(DISTINCT user_id)                                AS distinct_users,
  (pg_catalog.sum(successes) / pg_catalog.sum(events))::numeric(4,3)           AS avg_success_rate,
  pg_catalog.min(first_event)                                       AS first_observed,
  pg_catalog.max(last_event)                                        AS last_observed
FROM session_skills
WHERE pg_catalog.cardinality(skill_set) >= 2
GROUP BY session_skills.skill_set, tier, element, realm
HAVING pg_catalog.count(*) >= 3
ORDER BY cooccurrence_count DESC, session_skills.skill_set, tier COLLATE "C", element COLLATE "C", realm COLLATE "C";


-- Comments ----------------------------------------------------------------------------------------------------------

COMMENT ON TABLE skills_registry IS 'The skills that agents can run, one row each; written by `skills sync`';
COMMENT ON COLUMN skills_registry.skill_id    IS 'Name of the skill, equal to the name of its folder';
COMMENT ON COLUMN skills_registry.version     IS 'Version of the skill; 0.0.0 when its files have none';
COMMENT ON COLUMN skills_registry.sha256      IS 'Digest of the folder, to detect a change; NULL: unknown';
COMMENT ON COLUMN skills_registry.enabled     IS 'Whether agents can run the skill; a sync keeps the value that an operator sets';
COMMENT ON COLUMN skills_registry.trust_level IS 'How far the skill is trusted, from 1 (new) to 5 (proven); a sync keeps the value that an operator sets';
COMMENT ON COLUMN skills_registry.meta        IS 'Fields of the skill for queries: tier, category, triggers, elements, realms and others';
COMMENT ON COLUMN skills_registry.updated_at  IS 'When the row last changed; readers can discard older cached copies';

COMMENT ON TABLE skill_unlocks IS 'Which user has access to which skill; foundational skills need no row';
COMMENT ON COLUMN skill_unlocks.user_id       IS 'The user';
COMMENT ON COLUMN skill_unlocks.skill_id      IS 'The skill; it need not be in skills_registry yet';
COMMENT ON COLUMN skill_unlocks.unlocked      IS 'Whether the user has access; a row with false prepares or withdraws an unlock';
COMMENT ON COLUMN skill_unlocks.unlocked_at   IS 'When it was last unlocked; NULL: never';
COMMENT ON COLUMN skill_unlocks.unlock_reason IS 'Why it was last unlocked, for the audit trail';

COMMENT ON TABLE skill_usage_events IS 'Telemetry: one row for each use of a skill, written by log_skill_usage()';
COMMENT ON COLUMN skill_usage_events.id             IS 'Number of the event; together with user_id it identifies the event. It does not give the order';
COMMENT ON COLUMN skill_usage_events.user_id        IS 'Who used the skill';
COMMENT ON COLUMN skill_usage_events.session_id     IS 'The session, as the application names it; NULL: none';
COMMENT ON COLUMN skill_usage_events.skill_id       IS 'The skill used; kept when the skill is gone from the registry';
COMMENT ON COLUMN skill_usage_events.version        IS 'Version of the skill that ran';
COMMENT ON COLUMN skill_usage_events.tier           IS 'Tier the skill ran in: FAST, CORE or DEEP';
COMMENT ON COLUMN skill_usage_events.outcome        IS 'How it ended: success, soft_fail or hard_refusal';
COMMENT ON COLUMN skill_usage_events.latency_ms     IS 'Duration in milliseconds; NULL: not measured';
COMMENT ON COLUMN skill_usage_events.input_hash     IS 'Digest of the input, to find repeated requests without keeping them';
COMMENT ON COLUMN skill_usage_events.state_snapshot IS 'State of the user at that time: tier, element, realm and others';
COMMENT ON COLUMN skill_usage_events.artifacts      IS 'Results of the skill that are kept for mining';
COMMENT ON COLUMN skill_usage_events.created_at     IS 'When the event was logged';

COMMENT ON TABLE skill_feedback IS 'What users say about skills they used';
COMMENT ON COLUMN skill_feedback.id         IS 'Number of the entry; it does not give the order';
COMMENT ON COLUMN skill_feedback.user_id    IS 'Who gave it';
COMMENT ON COLUMN skill_feedback.skill_id   IS 'The skill it is about';
COMMENT ON COLUMN skill_feedback.version    IS 'Version of the skill it is about';
COMMENT ON COLUMN skill_feedback.rating     IS 'The rating; NULL: none';
COMMENT ON COLUMN skill_feedback.tags       IS 'Labels the user chose';
COMMENT ON COLUMN skill_feedback.notes      IS 'What the user wrote';
COMMENT ON COLUMN skill_feedback.created_at IS 'When it was given';

COMMENT ON TABLE agent_emergence_candidates IS 'Sets of skills that are used together, proposed by mining as new agents, with the state of their review';
COMMENT ON COLUMN agent_emergence_candidates.id               IS 'Number of the candidate';
COMMENT ON COLUMN agent_emergence_candidates.signature_hash   IS 'Digest of the pattern; candidates with the same digest are probably duplicates';
COMMENT ON COLUMN agent_emergence_candidates.tier             IS 'Tier of the pattern; NULL: any';
COMMENT ON COLUMN agent_emergence_candidates.element          IS 'Element of the pattern; NULL: any';
COMMENT ON COLUMN agent_emergence_candidates.realm            IS 'Realm of the pattern; NULL: any';
COMMENT ON COLUMN agent_emergence_candidates.cooccur_skills   IS 'JSON array of the IDs of the skills';
COMMENT ON COLUMN agent_emergence_candidates.support_count    IS 'How often the pattern was seen';
COMMENT ON COLUMN agent_emergence_candidates.avg_success_rate IS 'Share of events that succeeded where the pattern was seen, from 0 to 1';
COMMENT ON COLUMN agent_emergence_candidates.field_coherence  IS 'Coherence of the pattern, as the miner measures it';
COMMENT ON COLUMN agent_emergence_candidates.archetypal_name  IS 'Name proposed for the new agent';
COMMENT ON COLUMN agent_emergence_candidates.status           IS 'State of the review: monitoring, review, approved, deployed or rejected';
COMMENT ON COLUMN agent_emergence_candidates.notes            IS 'Remarks of the reviewers';
COMMENT ON COLUMN agent_emergence_candidates.created_at       IS 'When the candidate was first proposed';

COMMENT ON FUNCTION skill_text_fault(text, text, integer) IS 'What is wrong with a text, for an error message; NULL: nothing';
COMMENT ON FUNCTION skill_usage_fault(uuid, text, text, text, text, text, integer, text, jsonb, jsonb) IS
  'What is wrong with the values of an event, for an error message; NULL: nothing';
COMMENT ON FUNCTION log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb) IS
  'Writes one row to skill_usage_events and returns its id; NULL for either jsonb argument counts as {}';
COMMENT ON FUNCTION is_skill_unlocked(uuid, text) IS
  'Whether the user has access to the skill: it is foundational, or unlocked for this user';
COMMENT ON FUNCTION unlock_skill(uuid, text, text) IS
  'Unlocks the skill for the user, or unlocks it again with the new reason; always returns true';

COMMENT ON VIEW v_skill_effectiveness IS 'Uses, success, latency and rating of each skill with events, over all time; one row for each skill';
COMMENT ON COLUMN v_skill_effectiveness.skill_id         IS 'The skill';
COMMENT ON COLUMN v_skill_effectiveness.total_uses       IS 'Number of its usage events';
COMMENT ON COLUMN v_skill_effectiveness.success_count    IS 'Those with the outcome success';
COMMENT ON COLUMN v_skill_effectiveness.success_rate_pct IS 'Successes in per cent of all uses, two decimals';
COMMENT ON COLUMN v_skill_effectiveness.avg_latency_ms   IS 'Mean latency of the measured uses; NULL: none';
COMMENT ON COLUMN v_skill_effectiveness.avg_rating       IS 'Mean rating, two decimals; NULL: not rated';
COMMENT ON COLUMN v_skill_effectiveness.unique_users     IS 'Number of different users';
COMMENT ON COLUMN v_skill_effectiveness.first_use        IS 'Time of the first event';
COMMENT ON COLUMN v_skill_effectiveness.last_use         IS 'Time of the latest event';

COMMENT ON VIEW v_skill_cooccurrence IS
  'Sets of two or more skills that succeeded together in at least three sessions with the same tier, element and realm';
COMMENT ON COLUMN v_skill_cooccurrence.skill_set          IS 'IDs of the skills, each once, sorted bytewise';
COMMENT ON COLUMN v_skill_cooccurrence.tier               IS 'Tier of the state snapshot, or of the event where the snapshot has none';
COMMENT ON COLUMN v_skill_cooccurrence.element            IS 'Element of the state snapshot';
COMMENT ON COLUMN v_skill_cooccurrence.realm              IS 'Realm of the state snapshot';
COMMENT ON COLUMN v_skill_cooccurrence.cooccurrence_count IS 'Number of sessions of a user with exactly this set';
COMMENT ON COLUMN v_skill_cooccurrence.distinct_users     IS 'Number of different users among them';
COMMENT ON COLUMN v_skill_cooccurrence.avg_success_rate   IS 'Share of successes, from 0 to 1, among all events of those sessions, failed ones included';
COMMENT ON COLUMN v_skill_cooccurrence.first_observed     IS 'Time of the first event of those sessions';
COMMENT ON COLUMN v_skill_cooccurrence.last_observed      IS 'Time of the latest event of those sessions';
