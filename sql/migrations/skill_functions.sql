-- skills: repeatable
--
-- The functions that applications call, and their privileges. This file runs again when it changes.
--
-- The functions keep the schema in which they are created (see "Privileges" below). They are in plpgsql with p_user_id first, for a
-- distributed Postgres.


-- Functions of the older system --------------------------------------------------------------------------------------

-- CREATE OR REPLACE cannot change the result of a function, rename its arguments or remove a default. Such a function is dropped, or
-- renamed when something depends on it; roles keep EXECUTE, except PUBLIC. So is the log_skill_usage without the last four arguments:
-- a call without them could mean either function. Functions of the same name with other arguments stay, because applications may call them. Those that run with the privileges of their owner get a search_path, and PUBLIC loses EXECUTE.
DO $older$
DECLARE
  -- signature, names of the arguments (NULL: none are right), result, number of defaults, signature that gets EXECUTE
  v_wanted text[] := ARRAY[
    ['log_skill_usage(uuid,text,text,text,text,text,integer,text,jsonb,jsonb)', NULL, NULL, NULL,
      'log_skill_usage(uuid,text,text,text,text,text,integer,text,jsonb,jsonb,text,bigint,bigint,numeric)'],
    ['log_skill_usage(uuid,text,text,text,text,text,integer,text,jsonb,jsonb,text,bigint,bigint,numeric)',
      '{p_user_id,p_session_id,p_skill_id,p_version,p_tier,p_outcome,p_latency_ms,p_input_hash,p_state_snapshot,p_artifacts,p_error_type,p_input_tokens,p_output_tokens,p_cost_usd}',
      'bigint', '8', NULL],
    ['is_skill_unlocked(uuid,text)', '{p_user_id,p_skill_id}', 'boolean', '0', NULL],
    ['unlock_skill(uuid,text,text)', '{p_user_id,p_skill_id,p_unlock_reason}', 'boolean', '1', NULL]
  ];
  v_one    text[];
  v_found  pg_catalog.pg_proc;
  v_grants text := '';
BEGIN
  FOREACH v_one SLICE 1 IN ARRAY v_wanted LOOP
    SELECT p.* INTO v_found FROM pg_catalog.pg_proc AS p WHERE p.oid = pg_catalog.to_regprocedure(v_one[1])::oid;
    CONTINUE WHEN NOT FOUND;
    CONTINUE WHEN v_found.prokind = 'f'::"char" AND NOT v_found.proretset AND v_found.prorettype = v_one[3]::regtype::oid
      AND coalesce(v_found.proargnames::text, v_one[2]) = v_one[2] AND v_found.pronargdefaults::integer <= v_one[4]::integer;
    SELECT v_grants || coalesce(pg_catalog.string_agg(pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %s;', coalesce(v_one[5], v_one[1]), a.grantee::regrole), ''::text), ''::text)
      INTO v_grants FROM pg_catalog.aclexplode(v_found.proacl) AS a WHERE a.grantee <> 0::oid AND a.grantee <> v_found.proowner;
    BEGIN
      EXECUTE pg_catalog.format('DROP ROUTINE %s', v_one[1]);
      RAISE NOTICE '% of an older version was dropped, because it has another result, other arguments or more defaults', v_one[1];
    EXCEPTION WHEN dependent_objects_still_exist THEN
      EXECUTE pg_catalog.format('ALTER ROUTINE %s RENAME TO %I', v_one[1], v_found.proname::text || '_older'::text);
      RAISE NOTICE '% of an older version is now %, because other objects depend on it', v_one[1], v_found.proname::text || '_older'::text;
    END;
  END LOOP;
  PERFORM pg_catalog.set_config('skills.older_grants'::text, v_grants, true);

  FOR v_found IN
    SELECT p.* FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace = pg_catalog.quote_ident(pg_catalog.current_schema()::text)::regnamespace::oid AND p.prosecdef
      AND pg_catalog.split_part(p.proname::text, '_older'::text, 1) = ANY ('{log_skill_usage,is_skill_unlocked,unlock_skill}'::text[])
      AND pg_catalog.pg_has_role(p.proowner, 'USAGE'::text)
  LOOP
    EXECUTE pg_catalog.format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', v_found.oid::regprocedure);
    IF NOT EXISTS (SELECT FROM pg_catalog.unnest(v_found.proconfig) AS s (setting) WHERE pg_catalog.starts_with(s.setting, 'search_path='::text)) THEN
      EXECUTE pg_catalog.format('ALTER ROUTINE %s SET search_path TO %I, pg_temp', v_found.oid::regprocedure, pg_catalog.current_schema());
    END IF;
  END LOOP;
END
$older$;


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
  p_artifacts      jsonb,
  p_error_type     text,
  p_input_tokens   bigint,
  p_output_tokens  bigint,
  p_cost_usd       numeric
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
    CASE WHEN pg_catalog.octet_length(p_artifacts::text) > 262144 THEN 'artifacts has more than 262144 bytes as text' END,
    CASE WHEN p_error_type IS NOT NULL THEN skill_text_fault('error_type'::text, p_error_type, 256) END,
    CASE WHEN p_input_tokens NOT BETWEEN 0 AND 1000000000000
      THEN pg_catalog.format('input_tokens is %s, and must be 0 to 1000000000000', p_input_tokens) END,
    CASE WHEN p_output_tokens NOT BETWEEN 0 AND 1000000000000
      THEN pg_catalog.format('output_tokens is %s, and must be 0 to 1000000000000', p_output_tokens) END,
    CASE WHEN p_cost_usd NOT BETWEEN 0::numeric AND 1000000000::numeric
      THEN pg_catalog.format('cost_usd is %s, and must be 0 to 1000000000', p_cost_usd) END
  )
$function$;

-- The reason that artifacts give; NULL when they give none, or no text of 1 to 256 bytes. Without a search_path, as the two above.
CREATE OR REPLACE FUNCTION skill_error_type(p_artifacts jsonb) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $function$
  SELECT CASE
    WHEN pg_catalog.jsonb_typeof(p_artifacts->'error_type'::text) = 'string'
      AND pg_catalog.octet_length(p_artifacts->>'error_type'::text) BETWEEN 1 AND 256 THEN p_artifacts->>'error_type'::text
  END
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
  p_artifacts      jsonb   DEFAULT '{}',
  p_error_type     text    DEFAULT NULL,
  p_input_tokens   bigint  DEFAULT NULL,
  p_output_tokens  bigint  DEFAULT NULL,
  p_cost_usd       numeric DEFAULT NULL
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
    p_user_id, p_session_id, p_skill_id, p_version, p_tier, p_outcome, p_latency_ms, p_input_hash, p_state_snapshot, p_artifacts,
    p_error_type, p_input_tokens, p_output_tokens, p_cost_usd
  );
  IF v_fault IS NOT NULL THEN
    RAISE EXCEPTION 'p_%', v_fault USING ERRCODE = '22023';
  END IF;

  -- Callers without state often pass NULL, which overrides the default and violates NOT NULL.
  INSERT INTO skill_usage_events (
    user_id, session_id, skill_id, version, tier, outcome, latency_ms, input_hash, state_snapshot, artifacts,
    error_type, input_tokens, output_tokens, cost_usd
  ) VALUES (
    p_user_id, p_session_id, p_skill_id, p_version, p_tier, p_outcome, p_latency_ms, p_input_hash,
    coalesce(p_state_snapshot, '{}'::jsonb), coalesce(p_artifacts, '{}'::jsonb),
    coalesce(p_error_type, skill_error_type(p_artifacts)), p_input_tokens, p_output_tokens, p_cost_usd
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


-- Batches of events --------------------------------------------------------------------------------------------------

-- Logging of events in batches that can be sent again without storing an event twice. The column event_key is in
-- 20261122_skill_usage_columns.sql.

-- The events that are not stored yet; log_skill_usage_batch calls it for events that may be repetitions. Events are arrays, see below.
--
-- Each time (or, for events without one, the last 7 days) is read once with idx_skill_usage_user_time, whatever the planner estimates:
-- it plans on an empty table, keeps the plan while a million rows arrive, and considers the index on user_id alone as good. So the
-- query orders by the columns of the right index, sorting is off, and the user is in an array, as a single value needs no order.
CREATE OR REPLACE FUNCTION skill_usage_unknown(p_user_id uuid, p_events jsonb) RETURNS jsonb
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET enable_sort TO off
SET enable_incremental_sort TO off
SET plan_cache_mode TO force_generic_plan -- otherwise every call plans again, which takes longer than the rest
AS $function$
DECLARE
  v_user    uuid[] := ARRAY[p_user_id];
  v_unknown jsonb;
BEGIN
  WITH events AS MATERIALIZED (
    SELECT event, key, coalesce(at, pg_catalog.now() - interval '7 days') AS since, coalesce(at, 'infinity') AS till
    FROM (
      SELECT event, (event->>9)::timestamptz AS at, (event->>10)::uuid AS key FROM pg_catalog.jsonb_array_elements(p_events) AS e (event)
    ) AS keyed
  ),
  known AS (
    SELECT moment.since, moment.till, there.event_key
    FROM (SELECT DISTINCT since, till FROM events WHERE key IS NOT NULL) AS moment, LATERAL (
      SELECT event_key FROM skill_usage_events
      WHERE user_id = ANY (v_user) AND created_at >= moment.since AND created_at <= moment.till
      ORDER BY user_id, created_at DESC
    ) AS there
    -- IS TRUE makes it a lookup in a hash, not a join
    WHERE (there.event_key IN (SELECT key FROM events)) IS TRUE
  )
  SELECT pg_catalog.jsonb_agg(event) INTO v_unknown
  FROM events WHERE key IS NULL OR ((since, till, key) IN (SELECT since, till, event_key FROM known)) IS NOT TRUE;
  RETURN v_unknown;
END;
$function$;

-- The first event with a value that log_skill_usage_batch refuses: its index, from 0, and what is wrong; no row when there is none.
-- One statement checks all events. A text that has not the form of its type stops it: then the events are searched one by one.
CREATE OR REPLACE FUNCTION skill_usage_first_fault(p_user_id uuid, p_events jsonb, OUT at bigint, OUT fault text)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $function$
BEGIN
  SELECT e.number - 1, checked.fault INTO at, fault
  FROM pg_catalog.jsonb_array_elements(p_events) WITH ORDINALITY AS e (event, number), LATERAL (
    SELECT coalesce(
      skill_usage_fault(
        p_user_id, e.event->>0, e.event->>1, e.event->>2, e.event->>3, e.event->>4, (e.event->>5)::integer, e.event->>6, e.event->7, e.event->8,
        e.event->>11, (e.event->>12)::bigint, (e.event->>13)::bigint, (e.event->>14)::numeric
      ),
      CASE WHEN (e.event->>9)::timestamptz NOT BETWEEN pg_catalog.to_timestamp(946684800) AND pg_catalog.now() + '1 day'::interval
        THEN pg_catalog.format('created_at is %s, and must be from 2000-01-01 to one day from now', e.event->>9) END,
      CASE WHEN (e.event->>10)::uuid IS NULL THEN NULL END -- a key that is no UUID is an error here
    ) AS fault
  ) AS checked
  WHERE checked.fault IS NOT NULL
  ORDER BY e.number LIMIT 1;
EXCEPTION WHEN data_exception THEN
  FOR i IN 0 .. pg_catalog.jsonb_array_length(p_events) - 1 LOOP
    BEGIN
      at := i;
      fault := 'latency_ms';
      PERFORM (p_events->i->>5)::integer;
      fault := 'created_at';
      PERFORM (p_events->i->>9)::timestamptz;
      fault := 'event_key';
      PERFORM (p_events->i->>10)::uuid;
      fault := 'input_tokens';
      PERFORM (p_events->i->>12)::bigint;
      fault := 'output_tokens';
      PERFORM (p_events->i->>13)::bigint;
      fault := 'cost_usd';
      PERFORM (p_events->i->>14)::numeric;
    EXCEPTION WHEN data_exception THEN
      fault := pg_catalog.format('%s: %s', fault, pg_catalog.left(SQLERRM, 200));
      RETURN;
    END;
  END LOOP;
END;
$function$;

-- The events that are from after the time when their user was forgotten. An event without a time is from now, unless it may have been
-- sent before.
CREATE OR REPLACE FUNCTION skill_usage_unforgotten(p_user_id uuid, p_events jsonb, p_may_repeat boolean) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path FROM CURRENT
AS $function$
  SELECT pg_catalog.jsonb_agg(e)
  FROM pg_catalog.jsonb_array_elements(p_events) AS e, skill_forgotten_users f
  WHERE f.user_digest = pg_catalog.sha256(pg_catalog.uuid_send(p_user_id))
    AND coalesce((e->>9)::timestamptz, CASE WHEN p_may_repeat THEN NULL ELSE 'infinity'::timestamptz END) > f.forgotten_at;
$function$;

-- Stores the events of one user and returns the number of new events. Events from before the user was forgotten are left out.
--
-- p_events is a JSON array. An event is an object with the columns of skill_usage_events as keys (without id and user_id), or, a fifth
-- faster, an array of their values: session_id, skill_id, version, tier, outcome, latency_ms, input_hash, state_snapshot, artifacts,
-- created_at, event_key, error_type, input_tokens, output_tokens, cost_usd; trailing nulls can be omitted. created_at is the time of the event, by default now(). All events of a call
-- have the same form and different keys.
-- p_batch is the same for every attempt to send the same events: the attempts run one after the other. Call it in READ COMMITTED: with
-- another isolation level the second attempt does not see the rows of the first.
-- p_may_repeat false means that no earlier call can contain these events, and saves the lookup. Otherwise an event is left out when
-- one with the same user, event_key and created_at exists; without created_at, when one with the same user and event_key was stored
-- in the last 7 days.
CREATE OR REPLACE FUNCTION log_skill_usage_batch(
  p_user_id    uuid,
  p_events     jsonb,
  p_batch      uuid    DEFAULT NULL,
  p_may_repeat boolean DEFAULT true
) RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $function$
DECLARE
  v_written integer;
  v_at      bigint;
  v_fault   text;
BEGIN
  IF p_user_id IS NULL OR p_may_repeat IS NULL THEN
    RAISE EXCEPTION '% is NULL', CASE WHEN p_user_id IS NULL THEN 'p_user_id' ELSE 'p_may_repeat' END USING ERRCODE = '22023';
  ELSIF (pg_catalog.jsonb_typeof(p_events) = 'array') IS NOT TRUE THEN
    RAISE EXCEPTION 'p_events is %', CASE WHEN p_events IS NULL THEN 'NULL' ELSE 'not a JSON array' END USING ERRCODE = '22023';
  END IF;
  IF p_batch IS NOT NULL THEN
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(p_batch::text, 0));
  END IF;

  IF pg_catalog.jsonb_typeof(p_events->0) = 'object' THEN
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
        e->'session_id'::text, e->'skill_id'::text, e->'version'::text, e->'tier'::text, e->'outcome'::text, e->'latency_ms'::text, e->'input_hash'::text, e->'state_snapshot'::text,
        e->'artifacts'::text, e->'created_at'::text, e->'event_key'::text, e->'error_type'::text, e->'input_tokens'::text, e->'output_tokens'::text, e->'cost_usd'::text
      )) INTO p_events
    FROM pg_catalog.jsonb_array_elements(p_events) AS e;
  END IF;
  SELECT checked.at, checked.fault INTO v_at, v_fault FROM skill_usage_first_fault(p_user_id, p_events) AS checked;
  IF v_fault IS NOT NULL THEN
    RAISE EXCEPTION 'p_events[%].%', v_at, v_fault USING ERRCODE = '22023';
  END IF;
  -- the lock of this look shows forgetUser (src/stats/forget-user.ts) that events may follow which did not see its digest
  IF EXISTS (SELECT FROM skill_forgotten_users WHERE user_digest = pg_catalog.sha256(pg_catalog.uuid_send(p_user_id))) THEN
    p_events := skill_usage_unforgotten(p_user_id, p_events, p_may_repeat);
  END IF;
  IF p_may_repeat THEN
    p_events := skill_usage_unknown(p_user_id, p_events);
  END IF;

  INSERT INTO skill_usage_events (
    user_id, session_id, skill_id, version, tier, outcome, latency_ms, input_hash, state_snapshot, artifacts, created_at, event_key,
    error_type, input_tokens, output_tokens, cost_usd
  )
  SELECT
    p_user_id, e->>0, e->>1, e->>2, e->>3, e->>4, (e->>5)::integer, e->>6,
    coalesce(nullif(e->7, 'null'), '{}'), coalesce(nullif(e->8, 'null'), '{}'), coalesce((e->>9)::timestamptz, pg_catalog.now()), (e->>10)::uuid,
    coalesce(e->>11, skill_error_type(e->8)), (e->>12)::bigint, (e->>13)::bigint, (e->>14)::numeric
  FROM pg_catalog.jsonb_array_elements(p_events) AS e;

  GET DIAGNOSTICS v_written = ROW_COUNT;
  RETURN v_written;
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
    'log_skill_usage(uuid,text,text,text,text,text,integer,text,jsonb,jsonb,text,bigint,bigint,numeric)',
    'is_skill_unlocked(uuid,text)',
    'unlock_skill(uuid,text,text)',
    'log_skill_usage_batch(uuid,jsonb,uuid,boolean)',
    'skill_usage_unknown(uuid,jsonb)',
    'skill_usage_unforgotten(uuid,jsonb,boolean)',
    'skill_usage_first_fault(uuid,jsonb)'
  ]::regprocedure[] LOOP
    EXECUTE pg_catalog.format('ALTER FUNCTION %s SET search_path TO %I, pg_temp', v_function, pg_catalog.current_schema());
  END LOOP;
END
$pin$;

-- PostgreSQL grants EXECUTE to PUBLIC by default: every role that can connect could log events for any user, or unlock any skill.
-- Only the owner keeps it here. `skills grants` prints the GRANT statements for the role of an application. CREATE OR REPLACE keeps
-- earlier privileges, so this also revokes what an older version of the functions gave to PUBLIC.
REVOKE EXECUTE ON FUNCTION log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb, text, bigint, bigint, numeric) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION is_skill_unlocked(uuid, text) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION unlock_skill(uuid, text, text) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION skill_text_fault(text, text, integer), skill_error_type(jsonb) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION skill_usage_fault(uuid, text, text, text, text, text, integer, text, jsonb, jsonb, text, bigint, bigint, numeric) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION log_skill_usage_batch(uuid, jsonb, uuid, boolean), skill_usage_unknown(uuid, jsonb), skill_usage_first_fault(uuid, jsonb),
  skill_usage_unforgotten(uuid, jsonb, boolean)
FROM PUBLIC;

-- The privileges of the functions that were dropped above.
DO $grants$
BEGIN
  IF pg_catalog.current_setting('skills.older_grants'::text, true) <> ''::text THEN
    EXECUTE pg_catalog.current_setting('skills.older_grants'::text, true);
  END IF;
END
$grants$;


-- Comments -----------------------------------------------------------------------------------------------------------

COMMENT ON FUNCTION skill_text_fault(text, text, integer) IS 'What is wrong with a text, for an error message; NULL: nothing';
COMMENT ON FUNCTION skill_error_type(jsonb) IS 'The reason of a failure that artifacts give; NULL: none';
COMMENT ON FUNCTION skill_usage_fault(uuid, text, text, text, text, text, integer, text, jsonb, jsonb, text, bigint, bigint, numeric) IS
  'What is wrong with the values of an event, for an error message; NULL: nothing';
COMMENT ON FUNCTION log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb, text, bigint, bigint, numeric) IS
  'Writes one row to skill_usage_events and returns its id; NULL for either jsonb argument counts as {}';
COMMENT ON FUNCTION is_skill_unlocked(uuid, text) IS
  'Whether the user has access to the skill: it is foundational, or unlocked for this user';
COMMENT ON FUNCTION unlock_skill(uuid, text, text) IS
  'Unlocks the skill for the user, or unlocks it again with the new reason; always returns true';
COMMENT ON FUNCTION log_skill_usage_batch(uuid, jsonb, uuid, boolean) IS 'Stores the events of one user, except those that exist, and returns the number of new events';
COMMENT ON FUNCTION skill_usage_first_fault(uuid, jsonb) IS 'The first event that log_skill_usage_batch refuses, and why';
COMMENT ON FUNCTION skill_usage_unknown(uuid, jsonb) IS 'The events that are not stored yet';
COMMENT ON FUNCTION skill_usage_unforgotten(uuid, jsonb, boolean) IS 'The events from after their user was forgotten';
