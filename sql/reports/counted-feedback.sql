  -- the feedback that a step can add up: the conditions of skill_rollup_feedback_fault()
  (SELECT * FROM :"schema".skill_feedback
   WHERE octet_length(skill_id) <= 1024 AND octet_length(version) <= 1024
     AND (tags IS NULL OR cardinality(tags) <= 1024
       AND NOT EXISTS (SELECT FROM unnest(tags) AS tag WHERE octet_length(tag) > 1024))
     -- feedback has no outcome and no state
     AND (:version::text IS NULL OR version = :version::text) AND coalesce(:outcome::text, :tier::text, :element::text, :realm::text) IS NULL
     AND
-- include: of-category
  ) AS feedback_rows
