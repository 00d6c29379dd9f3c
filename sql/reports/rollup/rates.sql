-- Uses, successes and latencies of every skill in a period.
WITH
-- include: usage,
counted AS (
  SELECT skill_id, element & 255 AS bucket, sum(element >> 8) AS n FROM usage u, unnest(u.latencies) AS element GROUP BY 1, 2
),
latencies AS (
  SELECT skill_id, jsonb_agg(jsonb_build_array(bucket, n) ORDER BY bucket) AS buckets FROM counted GROUP BY skill_id
)
SELECT s.*, l.buckets, NULL::jsonb AS percentiles
FROM (
  SELECT skill_id, sum(n)::bigint AS uses, sum(ok)::bigint AS success, min(latency_min) AS latency_min, max(latency_max) AS latency_max
  FROM usage GROUP BY skill_id HAVING sum(n) > 0
) AS s LEFT JOIN latencies l ON l.skill_id = s.skill_id;
