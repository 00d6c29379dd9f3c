-- The page of one skill, without its sums, as one row of lists.
WITH
-- include: tail,
hours AS (
  SELECT hour::integer AS hour, sum(n) AS n, sum(ok) AS ok FROM (
    SELECT hour, n, ok FROM :"schema".skill_rollup_hours WHERE skill_id = :skill::text
    UNION ALL
    SELECT ((floor(date_part('epoch', created_at) / 3600)::bigint + 72) % 168 + 168) % 168, count(*), count(*) FILTER (WHERE outcome = 'success')
    FROM tail GROUP BY 1
  ) AS parts GROUP BY hour
),
tags AS (
  SELECT tag, sum(n) AS n FROM (
    SELECT tag, n FROM :"schema".skill_rollup_tags WHERE skill_id = :skill::text
    UNION ALL
    SELECT tag, count(*) FROM
-- include: counted-feedback,
  unnest(tags) AS tag
    WHERE
-- include: unrolled-feedback
      AND skill_id = :skill::text AND tag IS NOT NULL
    GROUP BY tag
  ) AS parts GROUP BY tag
)
-- include: page-end
