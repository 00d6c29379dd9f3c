-- Events that became visible since a snapshot, in the order in which they happened.
SELECT id::text AS id, user_id::text AS user_id, session_id, skill_id, version, coalesce(state_snapshot->>'tier', tier) AS tier, outcome, latency_ms, created_at
FROM skill_usage_events
WHERE txid >= :xmin::bigint AND NOT txid_visible_in_snapshot(txid, :snapshot::text::txid_snapshot) AND (:skill::text IS NULL OR skill_id = :skill::text)
ORDER BY created_at, id;
