-- Events that are not in the rollups yet, of the given skill.
tail AS (
  SELECT * FROM
-- include: counted-events
  WHERE
-- include: unrolled-events
    AND (:skill::text IS NULL OR skill_id = :skill::text)
)
