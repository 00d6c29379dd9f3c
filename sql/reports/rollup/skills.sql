-- The used skills: the columns of v_skill_effectiveness, and more. One row for each version with `by_version`.
WITH
-- include: usage,
sums AS (
  SELECT skill_id, CASE WHEN :by_version::boolean THEN version END AS version,
    sum(n) AS n, sum(ok) AS ok, sum(soft) AS soft, sum(hard) AS hard, sum(latency_n) AS latency_n, sum(latency_sum) AS latency_sum,
    min(latency_min) AS latency_min, max(latency_max) AS latency_max, min(first_at) AS first_at, max(last_at) AS last_at
  FROM usage GROUP BY 1, 2 HAVING sum(n) > 0
),
top AS (
  SELECT * FROM sums ORDER BY n DESC, skill_id COLLATE "C", version COLLATE "C" LIMIT :limit::bigint
),
latencies AS (
  SELECT skill_id, version, jsonb_agg(jsonb_build_array(bucket, n) ORDER BY bucket) AS buckets FROM (
    SELECT skill_id, CASE WHEN :by_version::boolean THEN version END AS version, element & 255 AS bucket, sum(element >> 8) AS n
    FROM usage u, unnest(u.latencies) AS element
    WHERE skill_id IN (SELECT skill_id FROM top)
    GROUP BY 1, 2, 3
  ) AS counted GROUP BY skill_id, version
),
feedback AS (
  SELECT skill_id, CASE WHEN :by_version::boolean THEN version END AS version, sum(n) AS n, sum(rated) AS rated, sum(rating_sum) AS rating_sum
  FROM (
    SELECT skill_id, version, n, rated, rating_sum FROM :"schema".skill_rollup_feedback WHERE :since::timestamptz IS NULL AND
-- include: filtered
    UNION ALL
    SELECT skill_id, version, count(*), count(rating), sum(rating) FROM
-- include: counted-feedback
    WHERE :since::timestamptz IS NULL AND
-- include: unrolled-feedback
    GROUP BY skill_id, version
    UNION ALL
    SELECT skill_id, version, count(*), count(rating), sum(rating) FROM
-- include: counted-feedback
    WHERE created_at >= :since::timestamptz AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
    GROUP BY skill_id, version
  ) AS parts
  WHERE skill_id IN (SELECT skill_id FROM top)
  GROUP BY 1, 2
),
-- new pairs in the tail; for a period all pairs are counted from the events
new_users AS (
  SELECT skill_id, count(*) AS n FROM (SELECT DISTINCT skill_id, user_id FROM tail WHERE :since::timestamptz IS NULL AND :with_users::boolean) AS pairs
  WHERE (SELECT 1 FROM :"schema".skill_rollup_users u WHERE u.user_id = pairs.user_id AND u.skill_id = pairs.skill_id LIMIT 1) IS NULL
  GROUP BY skill_id
),
period_users AS (
  SELECT skill_id, version, count(*) AS n FROM (
    SELECT DISTINCT skill_id, CASE WHEN :by_version::boolean THEN version END AS version, user_id FROM
-- include: counted-events
    WHERE :with_users::boolean AND created_at >= :since::timestamptz AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
      AND skill_id = ANY (ARRAY(SELECT DISTINCT skill_id FROM top))
  ) AS pairs GROUP BY skill_id, version
)
SELECT
  t.skill_id, t.version, t.n::bigint AS uses, t.ok::bigint AS success, t.soft::bigint AS soft_fail, t.hard::bigint AS hard_refusal,
  round(100.0 * t.ok / nullif(t.n, 0), 2)                    AS success_rate_pct,
  round(t.latency_sum / nullif(t.latency_n, 0))::integer     AS avg_latency_ms,
  t.latency_min, t.latency_max, l.buckets, NULL::jsonb AS percentiles,
  coalesce(f.n, 0)::bigint                                   AS feedback,
  round(f.rating_sum::numeric / nullif(f.rated, 0), 2)       AS avg_rating,
  CASE
    WHEN :since::timestamptz IS NOT NULL THEN coalesce(p.n, 0)
    WHEN NOT :by_version::boolean THEN coalesce(s.users, 0) + coalesce(u.n, 0)
  END                                                        AS unique_users,
  t.first_at AS first_use, t.last_at AS last_use
FROM top t
LEFT JOIN latencies l ON l.skill_id = t.skill_id AND l.version IS NOT DISTINCT FROM t.version
LEFT JOIN feedback f ON f.skill_id = t.skill_id AND f.version IS NOT DISTINCT FROM t.version
LEFT JOIN :"schema".skill_rollup_skills s ON s.skill_id = t.skill_id
LEFT JOIN new_users u ON u.skill_id = t.skill_id
LEFT JOIN period_users p ON p.skill_id = t.skill_id AND p.version IS NOT DISTINCT FROM t.version
ORDER BY t.n DESC, t.skill_id COLLATE "C", t.version COLLATE "C";
