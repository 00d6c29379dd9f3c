-- Sums over all time of each skill and version, with the buckets of its latencies.
WITH
-- include: usage,
sums AS (
  SELECT skill_id, version, sum(n) AS n, sum(ok) AS ok, sum(soft) AS soft, sum(hard) AS hard, sum(latency_n) AS latency_n,
    sum(latency_sum) AS latency_sum, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cost_usd) AS cost_usd
  FROM usage GROUP BY skill_id, version HAVING sum(n) > 0
),
-- an octave has eight buckets: bucket 8 * i is the last one up to 2^i ms
latencies AS (
  SELECT skill_id, version, jsonb_agg(jsonb_build_array(octave, n) ORDER BY octave) AS octaves FROM (
    SELECT skill_id, version, ((element & 255) + 7) / 8 AS octave, sum(element >> 8) AS n
    FROM usage u, unnest(u.latencies) AS element GROUP BY 1, 2, 3
  ) AS counted GROUP BY skill_id, version
)
SELECT s.skill_id, s.version, s.n::bigint AS uses, s.ok::bigint AS success, s.soft::bigint AS soft_fail, s.hard::bigint AS hard_refusal,
  s.latency_n::bigint AS latency_n, s.latency_sum::bigint AS latency_sum, l.octaves,
  s.input_tokens::bigint AS input_tokens, s.output_tokens::bigint AS output_tokens, s.cost_usd::float8 AS cost_usd
FROM sums s LEFT JOIN latencies l ON l.skill_id = s.skill_id AND l.version = s.version
ORDER BY s.skill_id COLLATE "C", s.version COLLATE "C";
