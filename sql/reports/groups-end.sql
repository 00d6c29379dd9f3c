SELECT skill_id, key, sum(n)::bigint AS uses, sum(ok)::bigint AS success, sum(soft)::bigint AS soft_fail, sum(hard)::bigint AS hard_refusal,
  (sum(n) - sum(ok) - sum(soft) - sum(hard))::bigint AS other, round(100.0 * sum(ok) / nullif(sum(n), 0), 2) AS success_rate_pct,
  round(sum(latency_sum) / nullif(sum(latency_n), 0))::integer AS avg_latency_ms
FROM parts GROUP BY skill_id, key HAVING sum(n) > 0
ORDER BY CASE WHEN :by::text IN ('day', 'hour') THEN key END COLLATE "C", uses DESC, skill_id COLLATE "C", key COLLATE "C"
LIMIT :limit::bigint;
