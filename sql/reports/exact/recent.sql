-- Uses per day of the given skills, in the period, from the events.
SELECT skill_id, (created_at AT TIME ZONE 'UTC')::date - :from_day::date AS day, count(*) AS uses
FROM
-- include: counted-events
WHERE created_at >= :since::timestamptz AND created_at < :until::timestamptz
  AND skill_id IN (SELECT jsonb_array_elements_text(:skills::jsonb))
GROUP BY 1, 2;
