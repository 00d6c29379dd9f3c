-- Logging of events in batches that can be sent again without storing an event twice.
--
-- It can run again at any time, and in a database with rows: the column is added without a value, which rewrites nothing. It needs
-- the tables of 20251220_create_skill_system.sql.


-- Identifies an event that is sent a second time. There is no unique index: it would cost a quarter of the insert rate and 65 bytes
-- for each row. An event that may be a repetition is looked up by user and time with idx_skill_usage_user_time, and concurrent
-- repetitions wait for each other (docs/adr).
ALTER TABLE skill_usage_events ADD COLUMN IF NOT EXISTS event_key uuid;

COMMENT ON COLUMN skill_usage_events.event_key IS 'Key of the event from its writer, to detect that it is sent again; NULL: none';


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

-- Stores the events of one user and returns the number of new events.
--
-- p_events is a JSON array. An event is an object with the columns of skill_usage_events as keys (without id and user_id), or, a fifth
-- faster, an array of their values: session_id, skill_id, version, tier, outcome, latency_ms, input_hash, state_snapshot, artifacts,
-- created_at, event_key; trailing nulls can be omitted. created_at is the time of the event, by default now(). All events of a call
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
BEGIN
  IF p_batch IS NOT NULL THEN
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(p_batch::text, 0));
  END IF;

  IF pg_catalog.jsonb_typeof(p_events->0) = 'object' THEN
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
        e->'session_id'::text, e->'skill_id'::text, e->'version'::text, e->'tier'::text, e->'outcome'::text, e->'latency_ms'::text, e->'input_hash'::text, e->'state_snapshot'::text,
        e->'artifacts'::text, e->'created_at'::text, e->'event_key'::text
      )) INTO p_events
    FROM pg_catalog.jsonb_array_elements(p_events) AS e;
  END IF;
  IF p_may_repeat THEN
    p_events := skill_usage_unknown(p_user_id, p_events);
  END IF;

  INSERT INTO skill_usage_events (
    user_id, session_id, skill_id, version, tier, outcome, latency_ms, input_hash, state_snapshot, artifacts, created_at, event_key
  )
  SELECT
    p_user_id, e->>0, e->>1, e->>2, e->>3, e->>4, (e->>5)::integer, e->>6,
    coalesce(nullif(e->7, 'null'), '{}'), coalesce(nullif(e->8, 'null'), '{}'), coalesce((e->>9)::timestamptz, pg_catalog.now()), (e->>10)::uuid
  FROM pg_catalog.jsonb_array_elements(p_events) AS e;

  GET DIAGNOSTICS v_written = ROW_COUNT;
  RETURN v_written;
END;
$function$;

COMMENT ON FUNCTION log_skill_usage_batch(uuid, jsonb, uuid, boolean) IS 'Stores the events of one user, except those that exist, and returns the number of new events';

COMMENT ON FUNCTION skill_usage_unknown(uuid, jsonb) IS 'The events that are not stored yet';

-- As for log_skill_usage: the search_path is the schema, then pg_temp, and PUBLIC has no EXECUTE.
DO $pin$
DECLARE
  v_function regprocedure;
BEGIN
  FOREACH v_function IN ARRAY ARRAY[
    'log_skill_usage_batch(uuid,jsonb,uuid,boolean)', 'skill_usage_unknown(uuid,jsonb)'
  ]::regprocedure[] LOOP
    EXECUTE pg_catalog.format('ALTER FUNCTION %s SET search_path TO %I, pg_temp', v_function, pg_catalog.current_schema());
  END LOOP;
END
$pin$;
REVOKE EXECUTE ON FUNCTION log_skill_usage_batch(uuid, jsonb, uuid, boolean), skill_usage_unknown(uuid, jsonb) FROM PUBLIC;
