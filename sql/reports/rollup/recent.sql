-- Uses per day of the given skills, for the last days.
WITH
-- include: tail,
parts AS (
  SELECT skill_id, day, n FROM :"schema".skill_rollup_days
  WHERE day >= :from_day::date AND day < :to_day::date AND skill_id = ANY (ARRAY(SELECT jsonb_array_elements_text(:skills::jsonb)))
  UNION ALL
  SELECT skill_id, (created_at AT TIME ZONE 'UTC')::date, count(*) FROM tail
  WHERE created_at >= :from_day::date::timestamp AT TIME ZONE 'UTC' AND created_at < :to_day::date::timestamp AT TIME ZONE 'UTC'
    AND skill_id IN (SELECT jsonb_array_elements_text(:skills::jsonb))
  GROUP BY 1, 2
)
SELECT skill_id, day - :from_day::date AS day, sum(n)::bigint AS uses FROM parts GROUP BY 1, 2;
