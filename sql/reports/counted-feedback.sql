  -- the feedback that a step can add up: the conditions of skill_rollup_feedback_fault()
  (SELECT * FROM skill_feedback
   WHERE pg_catalog.octet_length(skill_id) <= 1024 AND pg_catalog.octet_length(version) <= 1024
     AND (tags IS NULL OR pg_catalog.cardinality(tags) <= 1024
       AND NOT EXISTS (SELECT FROM pg_catalog.unnest(tags) AS tag WHERE pg_catalog.octet_length(tag) > 1024))
  ) AS feedback_rows
