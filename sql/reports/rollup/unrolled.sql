-- Events that are not in the rollups of whole days: those of the first and last day of the period, of which only a part is in
-- the period, and the tail between them. Without a period, the tail only.
-- include: tail,
unrolled AS (
  SELECT * FROM tail
  WHERE (:first_day::date IS NULL OR created_at >= :first_day::date::timestamp AT TIME ZONE 'UTC')
    AND (:end_day::date IS NULL OR created_at < :end_day::date::timestamp AT TIME ZONE 'UTC')
  UNION ALL
  SELECT * FROM
-- include: counted-events
  WHERE created_at >= :since::timestamptz AND created_at < :first_day::date::timestamp AT TIME ZONE 'UTC'
    AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
    AND (:skill::text IS NULL OR skill_id = :skill::text)
  UNION ALL
  SELECT * FROM
-- include: counted-events
  WHERE created_at >= :end_day::date::timestamp AT TIME ZONE 'UTC' AND created_at < :until::timestamptz
    AND (:skill::text IS NULL OR skill_id = :skill::text)
)
