-- Skills that succeed together: the rows of v_skill_cooccurrence. Closed sessions are in the counts of their set; those
-- that are still open, or that the tail has moved, are counted here.
WITH
-- include: tail,
states AS (
  SELECT *, hashtextextended(jsonb_build_array(coalesce(state_snapshot->>'tier', tier), state_snapshot->>'element', state_snapshot->>'realm')::text
    COLLATE "C", 0) AS state_key
  FROM tail WHERE session_id IS NOT NULL
),
known_states AS (
  SELECT state_key, tier, element, realm FROM skill_rollup_states
  UNION
  SELECT state_key, coalesce(state_snapshot->>'tier', tier), state_snapshot->>'element', state_snapshot->>'realm' FROM states
),
touched AS (
  SELECT user_id, session_id, state_key, array_agg(skill_id) FILTER (WHERE outcome = 'success') AS skills, count(id) AS events,
    count(*) FILTER (WHERE outcome = 'success') AS successes, min(created_at) AS first_at, max(created_at) AS last_at
  FROM (
    SELECT user_id, session_id, state_key, skill_id, outcome, id, created_at FROM states
    UNION ALL
    SELECT user_id, session_id, state_key, NULL, NULL, NULL, NULL FROM skill_rollup_sessions WHERE set_key IS NULL AND cardinality(skills) >= 2
  ) AS moves
  GROUP BY user_id, session_id, state_key
),
live AS MATERIALIZED (
  SELECT g.user_id, g.session_id, g.state_key, old.set_key AS old_key, coalesce(old.events, 0) + g.events AS events,
    coalesce(old.successes, 0) + g.successes AS successes, least(old.first_at, g.first_at) AS first_at, greatest(old.last_at, g.last_at) AS last_at,
    ARRAY(
      SELECT DISTINCT skill COLLATE "C"
      FROM unnest(coalesce((SELECT t.skill_set FROM skill_rollup_sets t WHERE t.set_key = old.set_key), old.skills) || g.skills) AS skill
      ORDER BY skill COLLATE "C"
    ) AS skills
  FROM touched g
  LEFT JOIN LATERAL (
    SELECT * FROM skill_rollup_sessions s
    WHERE s.user_id = g.user_id AND s.session_id = g.session_id AND s.state_key = g.state_key LIMIT 1
  ) AS old ON true
),
entering AS MATERIALIZED (
  SELECT *, encode(substr(sha256(convert_to(state_key::text || array_to_json(skills)::text, 'UTF8')), 1, 16), 'hex')::uuid AS set_key
  FROM live WHERE cardinality(skills) >= 2
),
left_alone AS (
  SELECT set_key, state_key, skill_set, sessions, users, events, successes, first_at, last_at FROM skill_rollup_sets
  WHERE (sessions >= 3 OR set_key IN (SELECT set_key FROM entering)) AND set_key NOT IN (SELECT old_key FROM live WHERE old_key IS NOT NULL)
),
-- of the sets that a session leaves, what stays
remaining AS (
  SELECT s.set_key, s.state_key, (SELECT t.skill_set FROM skill_rollup_sets t WHERE t.set_key = s.set_key) AS skill_set, count(*) AS sessions,
    count(DISTINCT s.user_id) AS users, sum(s.events) AS events, sum(s.successes) AS successes, min(s.first_at) AS first_at, max(s.last_at) AS last_at
  FROM skill_rollup_sessions s
  WHERE s.set_key = ANY (ARRAY(SELECT old_key FROM live WHERE old_key IS NOT NULL))
    AND NOT EXISTS (SELECT FROM live l WHERE l.user_id = s.user_id AND l.session_id = s.session_id AND l.state_key = s.state_key)
  GROUP BY s.set_key, s.state_key
),
entering_users AS (
  SELECT set_key, state_key, user_id, min(skills) AS skill_set, count(*) AS sessions, sum(events) AS events, sum(successes) AS successes,
    min(first_at) AS first_at, max(last_at) AS last_at
  FROM entering GROUP BY set_key, state_key, user_id
),
parts AS (
  SELECT * FROM left_alone
  UNION ALL
  SELECT * FROM remaining
  UNION ALL
  SELECT e.set_key, e.state_key, e.skill_set, e.sessions,
    -- a user counts once, also when another session of theirs is in the set already
    CASE WHEN EXISTS (
      SELECT FROM skill_rollup_sessions s
      WHERE s.set_key = e.set_key AND s.user_id = e.user_id
        AND NOT EXISTS (SELECT FROM live l WHERE l.user_id = s.user_id AND l.session_id = s.session_id AND l.state_key = s.state_key)
    ) THEN 0 ELSE 1 END,
    e.events, e.successes, e.first_at, e.last_at
  FROM entering_users e
),
sums AS (
  SELECT set_key, state_key, min(skill_set) AS skill_set, sum(sessions)::bigint AS sessions, sum(users)::bigint AS users, sum(events) AS events,
    sum(successes) AS successes, min(first_at) AS first_at, max(last_at) AS last_at
  FROM parts GROUP BY set_key, state_key HAVING sum(sessions) >= 3
)
SELECT to_jsonb(s.skill_set) AS skill_set, k.tier, k.element, k.realm, s.sessions AS cooccurrence_count, s.users AS distinct_users,
  (s.successes / s.events)::numeric(4,3) AS avg_success_rate, s.first_at AS first_observed, s.last_at AS last_observed
FROM sums s JOIN known_states k USING (state_key)
ORDER BY s.sessions DESC, s.skill_set COLLATE "C", k.tier COLLATE "C", k.element COLLATE "C", k.realm COLLATE "C"
LIMIT :limit::bigint;
