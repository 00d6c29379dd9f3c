-- Uses by one dimension, from the events: `by` is tier, category, element, realm, version, outcome, day or hour.
WITH parts (skill_id, key, n, ok, soft, hard, latency_n, latency_sum) AS (
  SELECT
    CASE WHEN :by::text = 'version' THEN e.skill_id END,
    CASE :by::text
      WHEN 'tier' THEN coalesce(e.state_snapshot->>'tier', e.tier)
      WHEN 'element' THEN e.state_snapshot->>'element'
      WHEN 'realm' THEN e.state_snapshot->>'realm'
      WHEN 'category' THEN r.meta->>'category'
      WHEN 'version' THEN e.version
      WHEN 'outcome' THEN CASE WHEN outcome IN ('success', 'soft_fail', 'hard_refusal') THEN outcome ELSE 'other' END
      WHEN 'day' THEN to_char(e.created_at AT TIME ZONE :time_zone::text, 'YYYY-MM-DD')
      ELSE to_char(e.created_at AT TIME ZONE :time_zone::text, 'HH24')
    END,
    count(*), count(*) FILTER (WHERE outcome = 'success'), count(*) FILTER (WHERE outcome = 'soft_fail'),
    count(*) FILTER (WHERE outcome = 'hard_refusal'),
    CASE WHEN :by::text <> 'outcome' THEN count(latency_ms) END, CASE WHEN :by::text <> 'outcome' THEN coalesce(sum(latency_ms), 0) END
  FROM (SELECT * FROM
-- include: counted-events
  ) AS e LEFT JOIN :"schema".skills_registry r ON r.skill_id = e.skill_id AND :by::text = 'category'
  WHERE (:since::timestamptz IS NULL OR e.created_at >= :since::timestamptz)
    AND (:until::timestamptz IS NULL OR e.created_at < :until::timestamptz)
    AND (:skill::text IS NULL OR e.skill_id = :skill::text)
  GROUP BY 1, 2
)
-- include: groups-end
