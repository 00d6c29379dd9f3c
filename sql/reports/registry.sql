-- of all numbers of the report, only this one is counted row by row
unlocks AS (
  SELECT CASE WHEN :with_unlocks::boolean THEN count(*) END AS unlocked FROM :"schema".skill_unlocks
  WHERE unlocked AND :with_unlocks::boolean AND (:since::timestamptz IS NULL OR unlocked_at >= :since::timestamptz)
    AND (:until::timestamptz IS NULL OR unlocked_at < :until::timestamptz)
),
registry AS (
  SELECT count(*) AS registered, count(*) FILTER (WHERE enabled) AS enabled FROM :"schema".skills_registry
)
