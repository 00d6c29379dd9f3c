-- The totals in one row, from the events. The rows are grouped by session and user first, so that counting the groups gives
-- the distinct users and sessions.
WITH rows AS (
  SELECT * FROM
-- include: counted-events
  WHERE (:since::timestamptz IS NULL OR created_at >= :since::timestamptz)
    AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
),
event_groups AS (
  SELECT user_id, session_id, count(*) AS events, count(*) FILTER (WHERE outcome = 'success') AS success,
    count(*) FILTER (WHERE outcome = 'soft_fail') AS soft_fail, count(*) FILTER (WHERE outcome = 'hard_refusal') AS hard_refusal,
    min(created_at) AS first_event, max(created_at) AS last_event
  FROM rows GROUP BY user_id, session_id
),
event_users AS (
  SELECT user_id, count(session_id) AS sessions, sum(events) AS events, sum(success) AS success, sum(soft_fail) AS soft_fail,
    sum(hard_refusal) AS hard_refusal, min(first_event) AS first_event, max(last_event) AS last_event
  FROM event_groups GROUP BY user_id
),
events AS (
  SELECT coalesce(sum(events), 0) AS events, count(user_id) AS users, coalesce(sum(sessions), 0) AS sessions, coalesce(sum(success), 0) AS success,
    coalesce(sum(soft_fail), 0) AS soft_fail, coalesce(sum(hard_refusal), 0) AS hard_refusal, min(first_event) AS first_event,
    max(last_event) AS last_event
  FROM event_users
),
used AS (
  SELECT count(*) AS skills FROM (SELECT DISTINCT skill_id FROM rows) AS distinct_skills
),
feedback AS (
  SELECT count(*) AS entries, round(avg(rating), 2) AS avg_rating FROM
-- include: counted-feedback
  WHERE (:since::timestamptz IS NULL OR created_at >= :since::timestamptz)
    AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
),
-- include: registry
SELECT e.events::bigint, e.users, e.sessions::bigint, used.skills AS skills_used, e.success::bigint, e.soft_fail::bigint, e.hard_refusal::bigint,
  (e.events - e.success - e.soft_fail - e.hard_refusal)::bigint AS other, feedback.entries AS feedback, feedback.avg_rating,
  unlocks.unlocked AS unlocks, registry.registered, registry.enabled, e.first_event, e.last_event
FROM events e, used, feedback, unlocks, registry;
