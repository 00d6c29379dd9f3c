-- Skills that succeed together: the rows of v_skill_cooccurrence. Closed sessions are in the counts of their set; sessions
-- that are still open, or that the tail changes, are counted here.
WITH
-- include: tail,
states AS (
  SELECT *, hashtextextended(jsonb_build_array(coalesce(state_snapshot->>'tier', tier), state_snapshot->>'element', state_snapshot->>'realm')::text
    COLLATE "C", 0) AS state_key
  FROM tail WHERE session_id IS NOT NULL
),
known_states AS (
  SELECT state_key, tier, element, realm FROM :"schema".skill_rollup_states
  UNION
  SELECT state_key, coalesce(state_snapshot->>'tier', tier), state_snapshot->>'element', state_snapshot->>'realm' FROM states
),
touched AS (
  SELECT user_id, session_id, state_key, array_agg(skill_id) FILTER (WHERE outcome = 'success') AS skills, count(id) AS events,
    count(*) FILTER (WHERE outcome = 'success') AS successes, min(created_at) AS first_at, max(created_at) AS last_at
  FROM (
    SELECT user_id, session_id, state_key, skill_id, outcome, id, created_at FROM states
    UNION ALL
    SELECT user_id, session_id, state_key, NULL, NULL, NULL, NULL FROM :"schema".skill_rollup_sessions WHERE set_key IS NULL AND cardinality(skills) >= 2
  ) AS moves
  GROUP BY user_id, session_id, state_key
),
live AS MATERIALIZED (
  SELECT g.user_id, g.session_id, g.state_key, old.set_key AS old_key, coalesce(old.events, 0) + g.events AS events,
    coalesce(old.successes, 0) + g.successes AS successes, least(old.first_at, g.first_at) AS first_at, greatest(old.last_at, g.last_at) AS last_at,
    ARRAY(
      SELECT DISTINCT skill COLLATE "C"
      FROM unnest(coalesce((SELECT t.skill_set FROM :"schema".skill_rollup_sets t WHERE t.set_key = old.set_key), old.skills) || g.skills) AS skill
      ORDER BY skill COLLATE "C"
    ) AS skills
  FROM touched g
  LEFT JOIN LATERAL (
    SELECT * FROM :"schema".skill_rollup_sessions s
    WHERE s.user_id = g.user_id AND s.session_id = g.session_id AND s.state_key = g.state_key LIMIT 1
  ) AS old ON true
),
entering AS MATERIALIZED (
  SELECT *, encode(substr(sha256(convert_to(state_key::text || array_to_json(skills)::text, 'UTF8')), 1, 16), 'hex')::uuid AS set_key
  FROM live WHERE cardinality(skills) >= 2
),
left_by AS (
  SELECT old_key AS set_key, user_id, count(*) AS sessions FROM live WHERE old_key IS NOT NULL GROUP BY old_key, user_id
),
changing AS MATERIALIZED (
  SELECT set_key FROM entering
  UNION
  SELECT set_key FROM left_by
),
-- the sets that a session leaves, without that session
remaining AS (
  SELECT s.set_key, s.state_key, (SELECT t.skill_set FROM :"schema".skill_rollup_sets t WHERE t.set_key = s.set_key) AS skill_set, count(*) AS sessions,
    count(DISTINCT s.user_id) AS users, sum(s.events) AS events, sum(s.successes) AS successes, min(s.first_at) AS first_at, max(s.last_at) AS last_at
  FROM :"schema".skill_rollup_sessions s
  WHERE s.set_key = ANY (ARRAY(SELECT set_key FROM left_by))
    AND NOT EXISTS (SELECT FROM live l WHERE l.user_id = s.user_id AND l.session_id = s.session_id AND l.state_key = s.state_key)
  GROUP BY s.set_key, s.state_key
),
entering_users AS (
  SELECT set_key, state_key, user_id, min(skills) AS skill_set, count(*) AS sessions, sum(events) AS events, sum(successes) AS successes,
    min(first_at) AS first_at, max(last_at) AS last_at
  FROM entering GROUP BY set_key, state_key, user_id
),
parts AS (
  -- sets that no session leaves
  SELECT set_key, state_key, skill_set, sessions, users, events, successes, first_at, last_at FROM :"schema".skill_rollup_sets
  WHERE set_key = ANY (ARRAY(SELECT set_key FROM entering)) AND set_key NOT IN (SELECT set_key FROM left_by)
  UNION ALL
  SELECT * FROM remaining
  UNION ALL
  SELECT e.set_key, e.state_key, e.skill_set, e.sessions,
    -- a user counts once, also when another session of the same user is and stays in the set
    CASE WHEN (SELECT count(*) FROM :"schema".skill_rollup_sessions s WHERE s.set_key = e.set_key AND s.user_id = e.user_id) > coalesce(l.sessions, 0)
      THEN 0 ELSE 1 END,
    e.events, e.successes, e.first_at, e.last_at
  FROM entering_users e LEFT JOIN left_by l ON l.set_key = e.set_key AND l.user_id = e.user_id
),
sums AS (
  SELECT set_key, state_key, min(skill_set) AS skill_set, sum(sessions)::bigint AS sessions, sum(users)::bigint AS users, sum(events) AS events,
    sum(successes) AS successes, min(first_at) AS first_at, max(last_at) AS last_at
  FROM parts GROUP BY set_key, state_key HAVING sum(sessions) >= 3
),
-- of all other sets the first ones are enough: an index returns them
others AS (
  SELECT s.skill_set, k.tier, k.element, k.realm, s.sessions, s.users, s.events, s.successes, s.first_at, s.last_at
  FROM :"schema".skill_rollup_sets s JOIN known_states k USING (state_key)
  WHERE s.sessions >= 3 AND s.set_key NOT IN (SELECT set_key FROM changing)
  ORDER BY s.sessions DESC, s.skill_set COLLATE "C", k.tier COLLATE "C", k.element COLLATE "C", k.realm COLLATE "C"
  LIMIT :limit::bigint
)
SELECT to_jsonb(skill_set) AS skill_set, tier, element, realm, sessions AS cooccurrence_count, users AS distinct_users,
  (successes / events)::numeric(4,3) AS avg_success_rate, first_at AS first_observed, last_at AS last_observed
FROM (
  SELECT s.skill_set, k.tier, k.element, k.realm, s.sessions, s.users, s.events, s.successes, s.first_at, s.last_at
  FROM sums s JOIN known_states k USING (state_key)
  UNION ALL
  SELECT * FROM others
) AS sets
ORDER BY sessions DESC, skill_set COLLATE "C", tier COLLATE "C", element COLLATE "C", realm COLLATE "C"
LIMIT :limit::bigint;
