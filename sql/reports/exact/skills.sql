-- The used skills, from the events: the columns of v_skill_effectiveness, and more.
WITH rows AS (
  SELECT skill_id, CASE WHEN :by_version::boolean THEN version END AS version, CASE WHEN :with_users::boolean THEN user_id END AS user_id, outcome, latency_ms, created_at
  FROM
-- include: counted-events
  WHERE (:since::timestamptz IS NULL OR created_at >= :since::timestamptz)
    AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
    AND (:skill::text IS NULL OR skill_id = :skill::text)
),
by_user AS (
  SELECT skill_id, version, user_id, count(*) AS n, count(*) FILTER (WHERE outcome = 'success') AS ok,
    count(*) FILTER (WHERE outcome = 'soft_fail') AS soft, count(*) FILTER (WHERE outcome = 'hard_refusal') AS hard,
    count(latency_ms) AS latency_n, sum(latency_ms) AS latency_sum, min(latency_ms) AS latency_min, max(latency_ms) AS latency_max,
    min(created_at) AS first_at, max(created_at) AS last_at
  FROM rows GROUP BY skill_id, version, user_id
),
top AS (
  SELECT skill_id, version, sum(n) AS n, sum(ok) AS ok, sum(soft) AS soft, sum(hard) AS hard, sum(latency_n) AS latency_n,
    sum(latency_sum) AS latency_sum, min(latency_min) AS latency_min, max(latency_max) AS latency_max, min(first_at) AS first_at,
    max(last_at) AS last_at, count(*) AS users
  FROM by_user GROUP BY skill_id, version
  ORDER BY n DESC, skill_id COLLATE "C", version COLLATE "C" LIMIT :limit::bigint
),
latencies AS (
  SELECT skill_id, version, percentile_cont(ARRAY[0.5, 0.9, 0.95, 0.99]) WITHIN GROUP (ORDER BY latency_ms) AS percentiles
  FROM rows WHERE skill_id IN (SELECT skill_id FROM top) GROUP BY skill_id, version
),
feedback AS (
  SELECT skill_id, CASE WHEN :by_version::boolean THEN version END AS version, count(*) AS n, avg(rating) AS rating
  FROM
-- include: counted-feedback
  WHERE (:since::timestamptz IS NULL OR created_at >= :since::timestamptz)
    AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
    AND (:skill::text IS NULL OR skill_id = :skill::text)
  GROUP BY 1, 2
)
SELECT
  t.skill_id, t.version, t.n::bigint AS uses, t.ok::bigint AS success, t.soft::bigint AS soft_fail, t.hard::bigint AS hard_refusal,
  round(100.0 * t.ok / nullif(t.n, 0), 2)                AS success_rate_pct,
  round(t.latency_sum / nullif(t.latency_n, 0))::integer AS avg_latency_ms,
  t.latency_min, t.latency_max, NULL::jsonb AS buckets, to_jsonb(l.percentiles) AS percentiles,
  coalesce(f.n, 0)                                       AS feedback,
  round(f.rating, 2)                                     AS avg_rating,
  t.users                                                AS unique_users,
  t.first_at AS first_use, t.last_at AS last_use
FROM top t
LEFT JOIN latencies l ON l.skill_id = t.skill_id AND l.version IS NOT DISTINCT FROM t.version
LEFT JOIN feedback f ON f.skill_id = t.skill_id AND f.version IS NOT DISTINCT FROM t.version
ORDER BY t.n DESC, t.skill_id COLLATE "C", t.version COLLATE "C";
