-- The page of one skill, without its sums, as one row of lists, from the events and the feedback.
WITH hours AS (
  SELECT (24 * (date_part('isodow', created_at AT TIME ZONE :time_zone::text) - 1) + date_part('hour', created_at AT TIME ZONE :time_zone::text))::integer AS hour, count(*) AS n,
    count(*) FILTER (WHERE outcome = 'success') AS ok
  FROM
-- include: counted-events
  WHERE skill_id = :skill::text
    AND (:since::timestamptz IS NULL OR created_at >= :since::timestamptz) AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
  GROUP BY 1
),
tags AS (
  SELECT tag, count(*) AS n FROM
-- include: counted-feedback,
  unnest(tags) AS tag
  WHERE skill_id = :skill::text AND tag IS NOT NULL
    AND (:since::timestamptz IS NULL OR created_at >= :since::timestamptz) AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
  GROUP BY tag
)
-- include: page-end
