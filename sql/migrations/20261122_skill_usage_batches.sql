-- Writing telemetry in batches that can be sent again without writing an event twice.
--
-- May be run again at any time, and over a database with rows: the column is added empty, which rewrites nothing, and no
-- row is touched. It needs the tables of 20251220_create_skill_system.sql and nothing else.


-- Names an event, so that it is recognised when it comes a second time. There is no unique index: it would cost a quarter
-- of the insert rate and 65 bytes a row. An event that may be a repetition is looked up by user and time through
-- idx_skill_usage_user_time, and repetitions that run at the same time wait for each other (docs/adr).
ALTER TABLE skill_usage_events ADD COLUMN IF NOT EXISTS event_key uuid;

COMMENT ON COLUMN skill_usage_events.event_key IS 'What the writer calls the event, to recognise it when it is sent again; NULL: nothing to recognise it by';


-- Those of the events that are not there yet: what log_skill_usage_batch calls for events that may be repetitions. They are
-- arrays, as it says below.
--
-- Each moment (or, for events without one, the last 7 days) is read once through idx_skill_usage_user_time, whatever the
-- planner thinks: it plans on an empty table, keeps the plan while a million rows come, and takes the index on user_id alone
-- for as good. So the order of the one right index is asked for, sorting is switched off, and the user stands in an array, as
-- a single value would need no order.
CREATE OR REPLACE FUNCTION skill_usage_unknown(p_user_id uuid, p_events jsonb) RETURNS jsonb
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET enable_sort TO off
SET enable_incremental_sort TO off
SET plan_cache_mode TO force_generic_plan -- else every call plans anew, which takes longer than the rest of it
AS $function$
DECLARE
  v_user    uuid[] := ARRAY[p_user_id];
  v_unknown jsonb;
BEGIN
  WITH events AS MATERIALIZED (
    SELECT event, key, coalesce(at, now() - interval '7 days') AS since, coalesce(at, 'infinity') AS till
    FROM (
      SELECT event, (event->>9)::timestamptz AS at, (event->>10)::uuid AS key FROM jsonb_array_elements(p_events) AS e (event)
    ) AS keyed
  ),
  known AS (
    SELECT moment.since, moment.till, there.event_key
    FROM (SELECT DISTINCT since, till FROM events WHERE key IS NOT NULL) AS moment, LATERAL (
      SELECT event_key FROM skill_usage_events
      WHERE user_id = ANY (v_user) AND created_at >= moment.since AND created_at <= moment.till
      ORDER BY user_id, created_at DESC
    ) AS there
    -- IS TRUE keeps it a look-up in a hash, not a join
    WHERE (there.event_key IN (SELECT key FROM events)) IS TRUE
  )
  SELECT jsonb_agg(event) INTO v_unknown
  FROM events WHERE key IS NULL OR ((since, till, key) IN (SELECT since, till, event_key FROM known)) IS NOT TRUE;
  RETURN v_unknown;
END;
$function$;

-- Writes the events of one user and returns how many were new.
--
-- p_events is a JSON array. An event is an object with the columns of skill_usage_events as keys (without id and user_id), or,
-- which takes a fifth less time, an array of their values: session_id, skill_id, version, tier, outcome, latency_ms,
-- input_hash, state_snapshot, artifacts, created_at, event_key; what is null at the end can be left out. created_at is when it
-- happened, now() unless given. Events within one call are of one form, and their keys must differ.
-- p_batch is what both attempts at the same events have in common: they run one after the other. Call in READ COMMITTED:
-- under another isolation level the second attempt does not see what the first has written.
-- p_may_repeat false says that no earlier call can have carried these events, and saves the look-up. Otherwise an event is
-- left out when one with the same user, event_key and created_at is there; without a created_at, when one with the same
-- user and event_key came in the last 7 days.
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
BEGIN
  IF p_batch IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended(p_batch::text, 0));
  END IF;

  IF jsonb_typeof(p_events->0) = 'object' THEN
    SELECT jsonb_agg(jsonb_build_array(
        e->'session_id', e->'skill_id', e->'version', e->'tier', e->'outcome', e->'latency_ms', e->'input_hash', e->'state_snapshot',
        e->'artifacts', e->'created_at', e->'event_key'
      )) INTO p_events
    FROM jsonb_array_elements(p_events) AS e;
  END IF;
  IF p_may_repeat THEN
    p_events := skill_usage_unknown(p_user_id, p_events);
  END IF;

  INSERT INTO skill_usage_events (
    user_id, session_id, skill_id, version, tier, outcome, latency_ms, input_hash, state_snapshot, artifacts, created_at, event_key
  )
  SELECT
    p_user_id, e->>0, e->>1, e->>2, e->>3, e->>4, (e->>5)::integer, e->>6,
    coalesce(nullif(e->7, 'null'), '{}'), coalesce(nullif(e->8, 'null'), '{}'), coalesce((e->>9)::timestamptz, now()), (e->>10)::uuid
  FROM jsonb_array_elements(p_events) AS e;

  GET DIAGNOSTICS v_written = ROW_COUNT;
  RETURN v_written;
END;
$function$;

COMMENT ON FUNCTION log_skill_usage_batch(uuid, jsonb, uuid, boolean) IS 'Writes the events of one user, those that are there already left out, and returns how many were new';

COMMENT ON FUNCTION skill_usage_unknown(uuid, jsonb) IS 'Those of the events that log_skill_usage_batch has not written yet';

-- As for log_skill_usage: the schema alone, and pg_temp behind it; EXECUTE is left to PUBLIC, for the one adds lines of
-- telemetry and opens nothing, and the other runs with the rights of its caller.
DO $pin$
DECLARE
  v_function regprocedure;
BEGIN
  FOREACH v_function IN ARRAY ARRAY[
    'log_skill_usage_batch(uuid,jsonb,uuid,boolean)', 'skill_usage_unknown(uuid,jsonb)'
  ]::regprocedure[] LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path TO %I, pg_temp', v_function, current_schema());
  END LOOP;
END
$pin$;
