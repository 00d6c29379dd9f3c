-- Users of each skill at each stage, from the events, the feedback and the unlocks.
WITH parts (skill_id, unlocked, used, succeeded, rated) AS (
  SELECT skill_id, 0, count(*), count(*) FILTER (WHERE succeeded), 0
  FROM (
    SELECT user_id, skill_id, bool_or(outcome = 'success') AS succeeded FROM
-- include: counted-events
    WHERE (:since::timestamptz IS NULL OR created_at >= :since::timestamptz) AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
      AND (:skill::text IS NULL OR skill_id = :skill::text)
    GROUP BY user_id, skill_id
  ) AS pairs GROUP BY skill_id
  UNION ALL
  SELECT skill_id, 0, 0, 0, count(*) FROM (
    SELECT DISTINCT user_id, skill_id FROM
-- include: counted-feedback
    WHERE (:since::timestamptz IS NULL OR created_at >= :since::timestamptz) AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
      AND rating IS NOT NULL AND (:skill::text IS NULL OR skill_id = :skill::text)
  ) AS raters GROUP BY skill_id
  UNION ALL
-- include: funnel-end
