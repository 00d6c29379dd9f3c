-- include: unrolled,
-- Sums by skill and version, in several parts. `latencies` has an element for each latency bucket: 256 times its events, plus its number.
usage AS (
  SELECT skill_id, version, latencies,
-- include: sum-columns
  FROM :"schema".skill_rollup_versions
  WHERE :since::timestamptz IS NULL AND (:skill::text IS NULL OR skill_id = :skill::text) AND
-- include: filtered
  UNION ALL
  SELECT skill_id, version, latencies,
-- include: sum-columns
  FROM :"schema".skill_rollup_days
  WHERE day >= :first_day::date AND (:end_day::date IS NULL OR day < :end_day::date) AND (:skill::text IS NULL OR skill_id = :skill::text) AND
-- include: filtered
  UNION ALL
  SELECT skill_id, version, CASE WHEN bucket IS NULL THEN '{}' ELSE ARRAY[(count(*) << 8) | bucket] END,
    count(*), count(*) FILTER (WHERE outcome = 'success'), count(*) FILTER (WHERE outcome = 'soft_fail'),
    count(*) FILTER (WHERE outcome = 'hard_refusal'), count(latency_ms), coalesce(sum(latency_ms), 0), min(latency_ms), max(latency_ms),
    count(coalesce(input_tokens, output_tokens)), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
    count(cost_usd), coalesce(sum(cost_usd), 0), min(created_at), max(created_at)
  FROM (SELECT *, width_bucket(latency_ms, (SELECT :latency_bounds::text::integer[])) AS bucket FROM unrolled) AS rows
  GROUP BY skill_id, version, bucket
)
