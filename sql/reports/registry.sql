unlocks AS (
  SELECT count(*) AS unlocked FROM skill_unlocks
  WHERE unlocked AND (:since::timestamptz IS NULL OR unlocked_at >= :since::timestamptz)
    AND (:until::timestamptz IS NULL OR unlocked_at < :until::timestamptz)
),
registry AS (
  SELECT count(*) AS registered, count(*) FILTER (WHERE enabled) AS enabled FROM skills_registry
)
