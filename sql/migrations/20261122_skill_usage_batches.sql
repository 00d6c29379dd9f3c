-- Writing telemetry in batches that can be sent again without writing an event twice.
--
-- May be run again at any time, and over a database with rows: the column is added empty, which rewrites nothing, and no
-- row is touched. It needs the tables of 20251220_create_skill_system.sql and nothing else.


-- Names an event, so that it is recognised when it comes a second time. There is no unique index: it would cost a quarter
-- of the insert rate and 65 bytes a row. An event that may be a repetition is looked up by user and time through
-- idx_skill_usage_user_time, and repetitions that run at the same time wait for each other (docs/adr).
ALTER TABLE skill_usage_events ADD COLUMN IF NOT EXISTS event_key uuid;

COMMENT ON COLUMN skill_usage_events.event_key IS 'What the writer calls the event, to recognise it when it is sent again; NULL: nothing to recognise it by';


-- Writes the events of one user and returns how many were new.
--
-- p_events is a JSON array of objects with the columns of skill_usage_events as keys (without id and user_id); created_at is
-- when it happened, now() unless given. Keys within one call must differ.
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
SET plan_cache_mode TO force_generic_plan -- else every call plans anew, which takes longer than the rest of it
AS $function$
DECLARE
  v_written integer;
BEGIN
  IF p_batch IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended(p_batch::text, 0));
  END IF;

  IF p_may_repeat THEN
    -- A scalar subquery, not NOT EXISTS: that one may become a hash join over all events of a busy user.
    SELECT jsonb_agg(e.event) INTO p_events
    FROM jsonb_array_elements(p_events) AS e (event)
    WHERE e.event->>'event_key' IS NULL OR (
      SELECT true FROM skill_usage_events known
      WHERE known.user_id = p_user_id
        AND known.created_at >= coalesce((e.event->>'created_at')::timestamptz, now() - interval '7 days')
        AND known.created_at <= coalesce((e.event->>'created_at')::timestamptz, 'infinity')
        AND known.event_key = (e.event->>'event_key')::uuid
      LIMIT 1
    ) IS NULL;
  END IF;

  INSERT INTO skill_usage_events (
    user_id, session_id, skill_id, version, tier, outcome, latency_ms, input_hash, state_snapshot, artifacts, created_at, event_key
  )
  SELECT
    p_user_id, e.session_id, e.skill_id, e.version, e.tier, e.outcome, e.latency_ms, e.input_hash,
    coalesce(e.state_snapshot, '{}'::jsonb), coalesce(e.artifacts, '{}'::jsonb), coalesce(e.created_at, now()), e.event_key
  FROM jsonb_to_recordset(p_events) AS e (
    session_id text, skill_id text, version text, tier text, outcome text, latency_ms integer, input_hash text,
    state_snapshot jsonb, artifacts jsonb, created_at timestamptz, event_key uuid
  );

  GET DIAGNOSTICS v_written = ROW_COUNT;
  RETURN v_written;
END;
$function$;

COMMENT ON FUNCTION log_skill_usage_batch(uuid, jsonb, uuid, boolean) IS 'Writes the events of one user, those that are there already left out, and returns how many were new';

-- As for log_skill_usage: the schema alone, and pg_temp behind it; EXECUTE is left to PUBLIC, for it adds lines of
-- telemetry and opens nothing.
DO $pin$
BEGIN
  EXECUTE format(
    'ALTER FUNCTION log_skill_usage_batch(uuid, jsonb, uuid, boolean) SET search_path TO %I, pg_temp',
    current_schema()
  );
END
$pin$;
