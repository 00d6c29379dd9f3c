  -- the events that a step can add up: the conditions of skill_rollup_event_fault(), which a role that only reads cannot call; of these, those
  -- that the filters of the question select
  (SELECT * FROM :"schema".skill_usage_events
   WHERE (session_id IS NULL OR octet_length(session_id) <= 1024)
     AND octet_length(skill_id) <= 1024 AND octet_length(version) <= 1024
     AND created_at BETWEEN '1000-01-01 00:00:00+00'::timestamptz AND '9999-12-31 00:00:00+00'::timestamptz
     AND (pg_column_size(state_snapshot) <= 256 OR pg_column_size(state_snapshot #> '{}'::text[]) <= 65536
       OR (pg_column_size(state_snapshot #> '{}'::text[]) <= 1310720
         AND coalesce(jsonb_typeof(state_snapshot->'tier'::text), '') NOT IN ('object', 'array')
         AND coalesce(jsonb_typeof(state_snapshot->'element'::text), '') NOT IN ('object', 'array')
         AND coalesce(jsonb_typeof(state_snapshot->'realm'::text), '') NOT IN ('object', 'array')))
     AND (:version::text IS NULL OR version = :version::text) AND (:outcome::text IS NULL OR outcome = :outcome::text)
     AND (:tier::text IS NULL OR coalesce(state_snapshot->>'tier', tier) = :tier::text)
     AND (:element::text IS NULL OR state_snapshot->>'element' = :element::text)
     AND (:realm::text IS NULL OR state_snapshot->>'realm' = :realm::text)
     AND
-- include: of-category
  ) AS events
