-- Sessions with events of the question, the latest first. Only the events that the filters select are counted.
SELECT session_id, user_id::text AS user_id, count(*) AS uses, count(*) FILTER (WHERE outcome = 'success') AS success,
  count(*) FILTER (WHERE outcome = 'soft_fail') AS soft_fail, count(*) FILTER (WHERE outcome = 'hard_refusal') AS hard_refusal,
  to_jsonb(array_agg(DISTINCT skill_id COLLATE "C" ORDER BY skill_id COLLATE "C")) AS skills,
  to_jsonb(array_agg(DISTINCT version COLLATE "C" ORDER BY version COLLATE "C")) AS versions,
  coalesce(to_jsonb(array_agg(DISTINCT error_type COLLATE "C" ORDER BY error_type COLLATE "C") FILTER (WHERE error_type IS NOT NULL)), '[]') AS error_types,
  round(avg(latency_ms))::integer AS avg_latency_ms, min(created_at) AS first_use, max(created_at) AS last_use
FROM
-- include: counted-events
WHERE session_id IS NOT NULL AND (:skill::text IS NULL OR skill_id = :skill::text)
  AND (:since::timestamptz IS NULL OR created_at >= :since::timestamptz) AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
GROUP BY session_id, events.user_id
ORDER BY last_use DESC, session_id COLLATE "C", user_id
LIMIT :limit::bigint;
