-- Uses by one dimension: `by` is tier, category, element, realm, version, outcome, day or hour.
WITH
-- include: usage,
states AS (
  SELECT coalesce(state_snapshot->>'tier', tier) AS tier, state_snapshot->>'element' AS element, state_snapshot->>'realm' AS realm,
    outcome, latency_ms
  FROM unrolled
),
parts (skill_id, key, n, ok, soft, hard, latency_n, latency_sum) AS (
  SELECT NULL, CASE :by::text WHEN 'tier' THEN s.tier WHEN 'element' THEN s.element ELSE s.realm END, d.n, d.ok, d.soft, d.hard, d.latency_n, d.latency_sum
  FROM :"schema".skill_rollup_state_days d JOIN :"schema".skill_rollup_states s USING (state_key)
  WHERE :by::text IN ('tier', 'element', 'realm') AND :skill::text IS NULL
    AND (:first_day::date IS NULL OR day >= :first_day::date) AND (:end_day::date IS NULL OR day < :end_day::date)
  UNION ALL
  SELECT NULL, CASE :by::text WHEN 'tier' THEN s.tier WHEN 'element' THEN s.element ELSE s.realm END, d.n, d.ok, d.soft, d.hard, d.latency_n, d.latency_sum
  FROM :"schema".skill_rollup_skill_states d JOIN :"schema".skill_rollup_states s USING (state_key)
  WHERE :by::text IN ('tier', 'element', 'realm') AND d.skill_id = :skill::text
  UNION ALL
  SELECT NULL, CASE :by::text WHEN 'tier' THEN tier WHEN 'element' THEN element ELSE realm END, count(*), count(*) FILTER (WHERE outcome = 'success'),
    count(*) FILTER (WHERE outcome = 'soft_fail'), count(*) FILTER (WHERE outcome = 'hard_refusal'), count(latency_ms), coalesce(sum(latency_ms), 0)
  FROM states WHERE :by::text IN ('tier', 'element', 'realm') GROUP BY 2
  UNION ALL
  SELECT CASE WHEN :by::text = 'version' THEN u.skill_id END, CASE :by::text WHEN 'category' THEN r.meta->>'category' ELSE u.version END, n, ok, soft, hard, latency_n, latency_sum
  FROM usage u LEFT JOIN :"schema".skills_registry r ON r.skill_id = u.skill_id AND :by::text = 'category'
  WHERE :by::text IN ('category', 'version')
  UNION ALL
  SELECT NULL, o.key, o.n, CASE o.key WHEN 'success' THEN o.n ELSE 0 END, CASE o.key WHEN 'soft_fail' THEN o.n ELSE 0 END,
    CASE o.key WHEN 'hard_refusal' THEN o.n ELSE 0 END, NULL, NULL
  FROM (SELECT sum(n) AS n, sum(ok) AS ok, sum(soft) AS soft, sum(hard) AS hard FROM usage) AS u,
    LATERAL (VALUES ('success', u.ok), ('soft_fail', u.soft), ('hard_refusal', u.hard), ('other', u.n - u.ok - u.soft - u.hard)) AS o (key, n)
  WHERE :by::text = 'outcome'
  UNION ALL
  SELECT NULL, to_char(day, 'YYYY-MM-DD'), n, ok, soft, hard, latency_n, latency_sum FROM :"schema".skill_rollup_state_days
  WHERE :by::text = 'day' AND coalesce(:skill::text, :version::text, :category::text) IS NULL
    AND (:first_day::date IS NULL OR day >= :first_day::date) AND (:end_day::date IS NULL OR day < :end_day::date)
  UNION ALL
  SELECT NULL, to_char(day, 'YYYY-MM-DD'), n, ok, soft, hard, latency_n, latency_sum FROM :"schema".skill_rollup_days
  WHERE :by::text = 'day' AND coalesce(:skill::text, :version::text, :category::text) IS NOT NULL AND (:skill::text IS NULL OR skill_id = :skill::text)
    AND (:first_day::date IS NULL OR day >= :first_day::date) AND (:end_day::date IS NULL OR day < :end_day::date) AND
-- include: filtered
  UNION ALL
  SELECT NULL, lpad((hour % 24)::text, 2, '0'), n, ok, soft, hard, latency_n, latency_sum FROM :"schema".skill_rollup_hours
  WHERE :by::text = 'hour' AND (:skill::text IS NULL OR skill_id = :skill::text)
  UNION ALL
  SELECT NULL, CASE :by::text WHEN 'day' THEN to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') ELSE to_char(created_at AT TIME ZONE 'UTC', 'HH24') END,
    count(*), count(*) FILTER (WHERE outcome = 'success'), count(*) FILTER (WHERE outcome = 'soft_fail'), count(*) FILTER (WHERE outcome = 'hard_refusal'),
    count(latency_ms), coalesce(sum(latency_ms), 0)
  FROM unrolled WHERE :by::text = 'day' OR :by::text = 'hour' GROUP BY 2
)
-- include: groups-end
