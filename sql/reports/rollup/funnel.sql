-- Users of each skill at each stage.
WITH
-- include: tail,
pairs AS MATERIALIZED (
  SELECT user_id, skill_id, bool_or(outcome = 'success') AS succeeded FROM tail GROUP BY user_id, skill_id
),
known AS (
  SELECT p.skill_id, p.succeeded,
    (SELECT u.succeeded FROM :"schema".skill_rollup_users u WHERE u.user_id = p.user_id AND u.skill_id = p.skill_id LIMIT 1) AS before
  FROM pairs p
),
parts (skill_id, unlocked, used, succeeded, rated) AS (
  SELECT skill_id, 0, users, succeeded, 0 FROM :"schema".skill_rollup_skills WHERE :skill::text IS NULL OR skill_id = :skill::text
  UNION ALL
  SELECT skill_id, 0, count(*) FILTER (WHERE before IS NULL), count(*) FILTER (WHERE succeeded AND before IS NOT TRUE), 0 FROM known GROUP BY skill_id
  UNION ALL
  SELECT skill_id, 0, 0, 0, count(*) FROM :"schema".skill_rollup_raters WHERE :skill::text IS NULL OR skill_id = :skill::text GROUP BY skill_id
  UNION ALL
  SELECT skill_id, 0, 0, 0, count(*) FROM (
    SELECT DISTINCT user_id, skill_id FROM
-- include: counted-feedback
    WHERE
-- include: unrolled-feedback
      AND rating IS NOT NULL AND (:skill::text IS NULL OR skill_id = :skill::text)
  ) AS fresh
  WHERE (SELECT 1 FROM :"schema".skill_rollup_raters r WHERE r.user_id = fresh.user_id AND r.skill_id = fresh.skill_id LIMIT 1) IS NULL
  GROUP BY skill_id
  UNION ALL
-- include: funnel-end
