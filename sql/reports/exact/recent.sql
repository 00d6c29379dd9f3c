-- Uses per day of the given skills, for the last days, from the events.
SELECT skill_id, (created_at AT TIME ZONE 'UTC')::date - :from_day::date AS day, count(*) AS uses
FROM
-- include: counted-events
WHERE created_at >= :from_day::date::timestamp AT TIME ZONE 'UTC' AND created_at < :to_day::date::timestamp AT TIME ZONE 'UTC'
  AND skill_id IN (SELECT jsonb_array_elements_text(:skills::jsonb))
GROUP BY 1, 2;
