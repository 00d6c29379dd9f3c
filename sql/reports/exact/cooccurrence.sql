-- Skills that succeed together: the view v_skill_cooccurrence with a period. The columns are those of the view, with
-- skill_set as jsonb. With a period, a session counts with its events in the period. Without one, the rows are those of the view.
WITH session_skills AS (
  SELECT
    session_id,
    user_id,
    coalesce(state_snapshot->>'tier', tier)      AS tier,
    state_snapshot->>'element'                   AS element,
    state_snapshot->>'realm'                     AS realm,
    array_agg(DISTINCT skill_id COLLATE "C" ORDER BY skill_id COLLATE "C")
      FILTER (WHERE outcome = 'success')         AS skill_set,
    count(*)                                     AS events,
    count(*) FILTER (WHERE outcome = 'success')  AS successes,
    min(created_at)                              AS first_event,
    max(created_at)                              AS last_event
  FROM
-- include: counted-events
  WHERE session_id IS NOT NULL
    AND (:since::timestamptz IS NULL OR created_at >= :since::timestamptz)
    AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
  GROUP BY 1, 2, 3, 4, 5
)
SELECT
  to_jsonb(s.skill_set)                             AS skill_set,
  s.tier,
  s.element,
  s.realm,
  count(*)                                          AS cooccurrence_count,
  count(DISTINCT s.user_id)                         AS distinct_users,
  (sum(s.successes) / sum(s.events))::numeric(4,3)  AS avg_success_rate,
  min(s.first_event)                                AS first_observed,
  max(s.last_event)                                 AS last_observed
FROM session_skills s
WHERE cardinality(s.skill_set) >= 2
GROUP BY s.skill_set, s.tier, s.element, s.realm
HAVING count(*) >= 3
ORDER BY cooccurrence_count DESC, s.skill_set, s.tier COLLATE "C", s.element COLLATE "C", s.realm COLLATE "C"
LIMIT :limit::bigint;
