  id::text AS id, user_id::text AS user_id, session_id, skill_id, version, coalesce(state_snapshot->>'tier', tier) AS tier, outcome, latency_ms,
  created_at, to_jsonb(coalesce(created_at, 'infinity')) #>> '{}' AS happened_at
