-- The totals in one row.
WITH
-- include: unrolled,
sums AS (
  SELECT skill_id, n, ok, soft, hard, first_at, last_at FROM :"schema".skill_rollup_versions WHERE :since::timestamptz IS NULL AND n > 0 AND
-- include: filtered
  UNION ALL
  SELECT skill_id, n, ok, soft, hard, first_at, last_at FROM :"schema".skill_rollup_days
  WHERE day >= :first_day::date AND (:end_day::date IS NULL OR day < :end_day::date) AND n > 0 AND
-- include: filtered
  UNION ALL
  SELECT skill_id, count(*), count(*) FILTER (WHERE outcome = 'success'), count(*) FILTER (WHERE outcome = 'soft_fail'),
    count(*) FILTER (WHERE outcome = 'hard_refusal'), min(created_at), max(created_at)
  FROM unrolled GROUP BY skill_id
),
events AS (
  SELECT coalesce(sum(n), 0) AS events, count(DISTINCT skill_id) AS skills_used, coalesce(sum(ok), 0) AS success, coalesce(sum(soft), 0) AS soft_fail,
    coalesce(sum(hard), 0) AS hard_refusal, min(first_at) AS first_event, max(last_at) AS last_event
  FROM sums
),
people AS (
  SELECT s.users + (
      SELECT count(*) FROM (SELECT DISTINCT user_id FROM tail) AS seen
      WHERE (SELECT 1 FROM :"schema".skill_rollup_users u WHERE u.user_id = seen.user_id LIMIT 1) IS NULL
    ) AS users,
    s.sessions + (
      SELECT count(*) FROM (SELECT DISTINCT user_id, session_id FROM tail WHERE session_id IS NOT NULL) AS seen
      WHERE (SELECT 1 FROM :"schema".skill_rollup_sessions u WHERE u.user_id = seen.user_id AND u.session_id = seen.session_id LIMIT 1) IS NULL
    ) AS sessions
  FROM :"schema".skill_rollup_state s WHERE s.source = 'events' AND :since::timestamptz IS NULL
  UNION ALL
  -- for a period they are counted from the events
  SELECT count(*), sum(sessions) FROM (
    SELECT user_id, count(session_id) AS sessions FROM (
      SELECT DISTINCT user_id, session_id FROM
-- include: counted-events
      WHERE :with_people::boolean AND created_at >= :since::timestamptz AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
    ) AS pairs GROUP BY user_id
  ) AS by_user HAVING :since::timestamptz IS NOT NULL
),
feedback AS (
  SELECT coalesce(sum(n), 0) AS entries, round(sum(rating_sum)::numeric / nullif(sum(rated), 0), 2) AS avg_rating
  FROM (
    SELECT n, rated, rating_sum FROM :"schema".skill_rollup_feedback WHERE :since::timestamptz IS NULL AND
-- include: filtered
    UNION ALL
    SELECT count(*), count(rating), sum(rating) FROM
-- include: counted-feedback
    WHERE :since::timestamptz IS NULL AND
-- include: unrolled-feedback
    UNION ALL
    SELECT count(*), count(rating), sum(rating) FROM
-- include: counted-feedback
    WHERE created_at >= :since::timestamptz AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
  ) AS parts
),
-- include: registry
SELECT e.events::bigint, people.users, people.sessions::bigint AS sessions, e.skills_used, e.success::bigint, e.soft_fail::bigint,
  e.hard_refusal::bigint, (e.events - e.success - e.soft_fail - e.hard_refusal)::bigint AS other, feedback.entries AS feedback,
  feedback.avg_rating, unlocks.unlocked AS unlocks, registry.registered, registry.enabled, e.first_event, e.last_event
FROM events e, people, feedback, unlocks, registry;
