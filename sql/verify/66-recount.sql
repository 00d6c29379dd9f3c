-- All events and ratings counted again, with `skills verify --recount`: rollups.recount has the days, this file the other tables.
-- $1: {} with --recount; without it the check is left out.

-- check: rollups.recount-tables
-- title: every other table of the rollups agrees with the events and the ratings
-- requires: migration 20261121_skill_rollups
-- input: all-events
-- remedy: run `skills rollup --rebuild`
-- about: `skills verify --recount` also counts hours, states, users, sessions, ratings, tags and the bounds of every day again. An event that was
--   changed by hand is found, whatever column it is. After `skills prune-events` the sums of all time contain events that are gone: then only what
--   they lack is found, and the days since.
-- example: table skill_rollup_hours | skill review-changes, hour 17 of the week: 12 uses, 11 successes, … | no row
WITH state AS (
  SELECT s.source, s.snapshot, coalesce(s.part_txid, -1) AS part_txid, coalesce(s.part_id, 0) AS part_id,
    events.pruned_before IS NOT NULL AS is_pruned, coalesce((events.pruned_before AT TIME ZONE 'UTC')::date, '-infinity') AS since
  FROM :"schema".skill_rollup_state s
  JOIN :"schema".skill_rollup_state events ON events.source = 'events'
  JOIN pg_control_system() AS c ON c.system_identifier = s.system_identifier
  WHERE $1::jsonb IS NOT NULL
),
events AS MATERIALIZED (
  SELECT e.user_id, e.session_id, e.skill_id, e.version, e.latency_ms, e.created_at, e.input_tokens, e.output_tokens, e.cost_usd, e.outcome = 'success' AS ok, e.outcome = 'soft_fail' AS soft,
    e.outcome = 'hard_refusal' AS hard, (e.created_at AT TIME ZONE 'UTC')::date AS day,
    CASE WHEN e.outcome <> 'success' THEN nullif(left(coalesce(e.error_type, e.artifacts->>'error_type'), 128), '') END AS error_type,
    ((date_part('isodow', e.created_at AT TIME ZONE 'UTC') - 1) * 24 + date_part('hour', e.created_at AT TIME ZONE 'UTC'))::integer AS hour,
    format('tier %s, element %s, realm %s', quote_nullable(coalesce(e.state_snapshot->>'tier', e.tier)),
      quote_nullable(e.state_snapshot->>'element'), quote_nullable(e.state_snapshot->>'realm')) AS state
  FROM :"schema".skill_usage_events e
  JOIN state ON state.source = 'events' AND (txid_visible_in_snapshot(e.txid, state.snapshot) OR e.txid = state.part_txid AND e.id <= state.part_id)
  WHERE NOT EXISTS (SELECT FROM :"schema".skill_rollup_set_aside a WHERE a.source = 'events' AND a.user_id = e.user_id AND a.id = e.id)
),
feedback AS MATERIALIZED (
  SELECT f.user_id, f.skill_id, f.version, f.rating, f.tags
  FROM :"schema".skill_feedback f
  JOIN state ON state.source = 'feedback' AND (txid_visible_in_snapshot(f.txid, state.snapshot) OR f.txid = state.part_txid AND f.id <= state.part_id)
  WHERE NOT EXISTS (SELECT FROM :"schema".skill_rollup_set_aside a WHERE a.source = 'feedback' AND a.user_id = f.user_id AND a.id = f.id)
),
states AS (
  SELECT state_key, format('tier %s, element %s, realm %s', quote_nullable(tier), quote_nullable(element), quote_nullable(realm)) AS state
  FROM :"schema".skill_rollup_states
),
-- of all time or of a day, by the events and by the tables
sums (name, key, day, is_counted, n, ok, soft, hard, latency_n, latency_sum) AS (
  SELECT name, key, of_day, true, count(*), count(*) FILTER (WHERE ok), count(*) FILTER (WHERE soft), count(*) FILTER (WHERE hard), count(latency_ms),
    coalesce(sum(latency_ms), 0)
  FROM events CROSS JOIN LATERAL (VALUES
    ('skill_rollup_hours', format('skill %s, hour %s of the week', skill_id, hour), NULL::date),
    ('skill_rollup_skill_states', format('skill %s, %s', skill_id, state), NULL),
    ('skill_rollup_state_days', format('%s, %s', to_char(day, 'YYYY-MM-DD'), state), day)
  ) AS kinds (name, key, of_day)
  GROUP BY name, key, of_day
  UNION ALL
  SELECT 'skill_rollup_hours', format('skill %s, hour %s of the week', skill_id, hour), NULL, false, n, ok, soft, hard, latency_n, latency_sum
  FROM :"schema".skill_rollup_hours
  UNION ALL
  SELECT 'skill_rollup_skill_states', format('skill %s, %s', skill_id, state), NULL, false, n, ok, soft, hard, latency_n, latency_sum
  FROM :"schema".skill_rollup_skill_states LEFT JOIN states USING (state_key)
  UNION ALL
  SELECT 'skill_rollup_state_days', format('%s, %s', to_char(day, 'YYYY-MM-DD'), state), day, false, n, ok, soft, hard, latency_n, latency_sum
  FROM :"schema".skill_rollup_state_days LEFT JOIN states USING (state_key)
),
-- what one side has
found (name, key, day, is_counted, value) AS (
  SELECT name, key, day, is_counted,
    format('%s uses, %s successes, %s soft failures, %s refusals, %s latencies of %s ms', n, ok, soft, hard, latency_n, latency_sum)
  FROM sums WHERE n <> 0
  UNION ALL
  SELECT 'skill_rollup_days', format('skill %s %s on %s', skill_id, version, to_char(day, 'YYYY-MM-DD')), day, true,
    format('latencies from %s to %s ms, times from %s to %s, %s events with %s and %s tokens, %s with a cost of %s', min(latency_ms), max(latency_ms),
      min(created_at), max(created_at), count(coalesce(input_tokens, output_tokens)), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
      count(cost_usd), trim_scale(coalesce(sum(cost_usd), 0)))
  FROM events GROUP BY skill_id, version, day
  UNION ALL
  SELECT 'skill_rollup_days', format('skill %s %s on %s', skill_id, version, to_char(day, 'YYYY-MM-DD')), day, false,
    format('latencies from %s to %s ms, times from %s to %s, %s events with %s and %s tokens, %s with a cost of %s', latency_min, latency_max,
      first_at, last_at, tokens_n, input_tokens, output_tokens, cost_n, trim_scale(cost_usd))
  FROM :"schema".skill_rollup_days WHERE n <> 0
  UNION ALL
  SELECT 'skill_rollup_errors', format('skill %s %s on %s, error type %s', skill_id, version, to_char(day, 'YYYY-MM-DD'), error_type), day, true,
    format('%s events', count(*))
  FROM events WHERE error_type IS NOT NULL GROUP BY skill_id, version, day, error_type
  UNION ALL
  SELECT 'skill_rollup_errors', format('skill %s %s on %s, error type %s', skill_id, version, to_char(day, 'YYYY-MM-DD'), error_type), day, false,
    format('%s events', n)
  FROM :"schema".skill_rollup_errors WHERE n <> 0
  UNION ALL
  SELECT 'skill_rollup_users', format('user %s, skill %s', user_id, skill_id), NULL, true, CASE WHEN bool_or(ok) THEN 'with a success' ELSE 'without a success' END
  FROM events GROUP BY user_id, skill_id
  UNION ALL
  SELECT 'skill_rollup_users', format('user %s, skill %s', user_id, skill_id), NULL, false, CASE WHEN succeeded THEN 'with a success' ELSE 'without a success' END
  FROM :"schema".skill_rollup_users
  UNION ALL
  SELECT 'skill_rollup_sessions', format('user %s, session %s, %s', user_id, session_id, state), NULL, true,
    format('%s events, %s successes of {%s} from %s to %s', count(*), count(*) FILTER (WHERE ok),
      string_agg(DISTINCT skill_id COLLATE "C", ', ' ORDER BY skill_id COLLATE "C") FILTER (WHERE ok), min(created_at), max(created_at))
  FROM events WHERE session_id IS NOT NULL GROUP BY user_id, session_id, state
  UNION ALL
  SELECT 'skill_rollup_sessions', format('user %s, session %s, %s', s.user_id, s.session_id, states.state), NULL, false,
    format('%s events, %s successes of {%s} from %s to %s', s.events, s.successes, array_to_string(coalesce(sets.skill_set, s.skills), ', '), s.first_at, s.last_at)
  FROM :"schema".skill_rollup_sessions s
  LEFT JOIN states ON states.state_key = s.state_key
  LEFT JOIN :"schema".skill_rollup_sets sets ON sets.set_key = s.set_key
  UNION ALL
  SELECT 'skill_rollup_feedback', format('skill %s %s', skill_id, version), NULL, true,
    format('%s rows, %s ratings with the sum %s', count(*), count(rating), coalesce(sum(rating), 0))
  FROM feedback GROUP BY skill_id, version
  UNION ALL
  SELECT 'skill_rollup_feedback', format('skill %s %s', skill_id, version), NULL, false, format('%s rows, %s ratings with the sum %s', n, rated, rating_sum)
  FROM :"schema".skill_rollup_feedback WHERE n <> 0
  UNION ALL
  SELECT 'skill_rollup_tags', format('skill %s, tag %s', skill_id, tag), NULL, true, format('%s times', count(*))
  FROM feedback CROSS JOIN LATERAL unnest(tags) AS tag WHERE tag IS NOT NULL GROUP BY skill_id, tag
  UNION ALL
  SELECT 'skill_rollup_tags', format('skill %s, tag %s', skill_id, tag), NULL, false, format('%s times', n) FROM :"schema".skill_rollup_tags WHERE n <> 0
  UNION ALL
  SELECT 'skill_rollup_raters', format('user %s, skill %s', user_id, skill_id), NULL, true, 'a rating' FROM feedback WHERE rating IS NOT NULL GROUP BY user_id, skill_id
  UNION ALL
  SELECT 'skill_rollup_raters', format('user %s, skill %s', user_id, skill_id), NULL, false, 'a rating' FROM :"schema".skill_rollup_raters
),
compared AS (
  SELECT name, key, max(value) FILTER (WHERE is_counted) AS counted, max(value) FILTER (WHERE NOT is_counted) AS stored, bool_and(is_counted) AS is_missing,
    bool_or(day IS NOT NULL) AS is_of_day
  FROM found CROSS JOIN (SELECT since FROM state WHERE source = 'events') AS state
  WHERE day IS NULL OR day >= state.since
  GROUP BY name, key
)
SELECT
  format('table %s', name)                                     AS object,
  format('%s: %s', key, coalesce(counted, 'no row'))           AS expected,
  format('%s: %s', key, coalesce(stored, 'no row'))            AS actual
FROM (
  SELECT name, key, counted, stored, row_number() OVER (PARTITION BY name ORDER BY key COLLATE "C") AS number
  FROM compared CROSS JOIN (SELECT is_pruned FROM state WHERE source = 'events') AS state
  WHERE counted IS DISTINCT FROM stored
    AND (is_missing OR is_of_day OR NOT state.is_pruned OR name IN ('skill_rollup_feedback', 'skill_rollup_tags', 'skill_rollup_raters'))
) AS different
WHERE number <= 20
ORDER BY name, number;
