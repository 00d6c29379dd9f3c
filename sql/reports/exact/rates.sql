-- Uses, successes and latencies of every skill in a period, from the events.
SELECT skill_id, count(*) AS uses, count(*) FILTER (WHERE outcome = 'success') AS success,
  min(latency_ms) AS latency_min, max(latency_ms) AS latency_max, NULL::jsonb AS buckets,
  to_jsonb(percentile_cont(ARRAY[0.5, 0.9, 0.95, 0.99]) WITHIN GROUP (ORDER BY latency_ms)) AS percentiles
FROM
-- include: counted-events
WHERE (:since::timestamptz IS NULL OR created_at >= :since::timestamptz) AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
  AND (:skill::text IS NULL OR skill_id = :skill::text)
GROUP BY skill_id;
