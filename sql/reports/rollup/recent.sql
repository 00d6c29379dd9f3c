-- Uses per day of the given skills, in the period.
WITH
-- include: unrolled,
parts AS (
  SELECT skill_id, day, n FROM :"schema".skill_rollup_days
  WHERE day >= :first_day::date AND day < :end_day::date AND skill_id = ANY (ARRAY(SELECT jsonb_array_elements_text(:skills::jsonb))) AND
-- include: filtered
  UNION ALL
  SELECT skill_id, (created_at AT TIME ZONE 'UTC')::date, count(*) FROM unrolled
  WHERE skill_id = ANY (ARRAY(SELECT jsonb_array_elements_text(:skills::jsonb)))
  GROUP BY 1, 2
)
SELECT skill_id, day - :from_day::date AS day, sum(n)::bigint AS uses FROM parts GROUP BY 1, 2;
