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
        p_user_id, e.event->>0, e.event->>1, e.event->>2, e.event->>3, e.event->>4, (e.event->>5)::integer, e.event->>6, e.event->7, e.event->8
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
    EXCEPTION WHEN data_exception THEN
      fault := pg_catalog.format('%s: %s', fault, pg_catalog.left(SQLERRM, 200));
      RETURN;
    END;
  END LOOP;
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
        e->'artifacts'::text, e->'created_at'::text, e->'event_key'::text
      )) INTO p_events
    FROM pg_catalog.jsonb_array_elements(p_events) AS e;
  END IF;
  SELECT checked.at, checked.fault INTO v_at, v_fault FROM skill_usage_first_fault(p_user_id, p_events) AS checked;
  IF v_fault IS NOT NULL THEN
    RAISE EXCEPTION 'p_events[%].%', v_at, v_fault USING ERRCODE = '22023';
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

COMMENT ON FUNCTION skill_usage_first_fault(uuid, jsonb) IS 'The first event that log_skill_usage_batch refuses, and why';
COMMENT ON FUNCTION skill_usage_unknown(uuid, jsonb) IS 'The events that are not stored yet';

-- As for log_skill_usage: the search_path is the schema, then pg_temp, and PUBLIC has no EXECUTE.
DO $pin$
DECLARE
  v_function regprocedure;
BEGIN
  FOREACH v_function IN ARRAY ARRAY[
    'log_skill_usage_batch(uuid,jsonb,uuid,boolean)', 'skill_usage_unknown(uuid,jsonb)', 'skill_usage_first_fault(uuid,jsonb)'
  ]::regprocedure[] LOOP
    EXECUTE pg_catalog.format('ALTER FUNCTION %s SET search_path TO %I, pg_temp', v_function, pg_catalog.current_schema());
  END LOOP;
END
$pin$;
REVOKE EXECUTE ON FUNCTION log_skill_usage_batch(uuid, jsonb, uuid, boolean), skill_usage_unknown(uuid, jsonb), skill_usage_first_fault(uuid, jsonb)
FROM PUBLIC;
