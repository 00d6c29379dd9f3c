-- include: unrolled,
-- Sums by skill and version, in several parts; b00 to b39 are the latency buckets.
usage AS (
  SELECT skill_id, version, n, ok, soft, hard, latency_n, latency_sum, latency_min, latency_max, first_at, last_at,
    b00, b01, b02, b03, b04, b05, b06, b07, b08, b09, b10, b11, b12, b13, b14, b15, b16, b17, b18, b19,
    b20, b21, b22, b23, b24, b25, b26, b27, b28, b29, b30, b31, b32, b33, b34, b35, b36, b37, b38, b39
  FROM :"schema".skill_rollup_versions
  WHERE :since::timestamptz IS NULL AND (:skill::text IS NULL OR skill_id = :skill::text) AND
-- include: filtered
  UNION ALL
  SELECT skill_id, version, n, ok, soft, hard, latency_n, latency_sum, latency_min, latency_max, first_at, last_at,
    b00, b01, b02, b03, b04, b05, b06, b07, b08, b09, b10, b11, b12, b13, b14, b15, b16, b17, b18, b19,
    b20, b21, b22, b23, b24, b25, b26, b27, b28, b29, b30, b31, b32, b33, b34, b35, b36, b37, b38, b39
  FROM :"schema".skill_rollup_days
  WHERE day >= :first_day::date AND (:end_day::date IS NULL OR day < :end_day::date) AND (:skill::text IS NULL OR skill_id = :skill::text) AND
-- include: filtered
  UNION ALL
  SELECT skill_id, version, count(*), count(*) FILTER (WHERE outcome = 'success'), count(*) FILTER (WHERE outcome = 'soft_fail'),
    count(*) FILTER (WHERE outcome = 'hard_refusal'), count(latency_ms), coalesce(sum(latency_ms), 0), min(latency_ms), max(latency_ms),
    min(created_at), max(created_at),
    count(*) FILTER (WHERE bucket = 0), count(*) FILTER (WHERE bucket = 1), count(*) FILTER (WHERE bucket = 2), count(*) FILTER (WHERE bucket = 3),
    count(*) FILTER (WHERE bucket = 4), count(*) FILTER (WHERE bucket = 5), count(*) FILTER (WHERE bucket = 6), count(*) FILTER (WHERE bucket = 7),
    count(*) FILTER (WHERE bucket = 8), count(*) FILTER (WHERE bucket = 9), count(*) FILTER (WHERE bucket = 10), count(*) FILTER (WHERE bucket = 11),
    count(*) FILTER (WHERE bucket = 12), count(*) FILTER (WHERE bucket = 13), count(*) FILTER (WHERE bucket = 14), count(*) FILTER (WHERE bucket = 15),
    count(*) FILTER (WHERE bucket = 16), count(*) FILTER (WHERE bucket = 17), count(*) FILTER (WHERE bucket = 18), count(*) FILTER (WHERE bucket = 19),
    count(*) FILTER (WHERE bucket = 20), count(*) FILTER (WHERE bucket = 21), count(*) FILTER (WHERE bucket = 22), count(*) FILTER (WHERE bucket = 23),
    count(*) FILTER (WHERE bucket = 24), count(*) FILTER (WHERE bucket = 25), count(*) FILTER (WHERE bucket = 26), count(*) FILTER (WHERE bucket = 27),
    count(*) FILTER (WHERE bucket = 28), count(*) FILTER (WHERE bucket = 29), count(*) FILTER (WHERE bucket = 30), count(*) FILTER (WHERE bucket = 31),
    count(*) FILTER (WHERE bucket = 32), count(*) FILTER (WHERE bucket = 33), count(*) FILTER (WHERE bucket = 34), count(*) FILTER (WHERE bucket = 35),
    count(*) FILTER (WHERE bucket = 36), count(*) FILTER (WHERE bucket = 37), count(*) FILTER (WHERE bucket = 38), count(*) FILTER (WHERE bucket = 39)
  FROM (SELECT *, width_bucket(latency_ms, (SELECT :latency_bounds::text::integer[])) AS bucket FROM unrolled) AS rows
  GROUP BY skill_id, version
)
