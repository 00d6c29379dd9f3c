-- The whole system in one row.
--   $1 timestamptz  only events, feedback and unlocks from this time on; NULL: all time. The registry has no time.
-- Events are grouped by session and user first: distinct users and sessions then come from counting groups. An
-- outcome outside the three known ones counts as other.
WITH event_groups AS (
  SELECT
    user_id,
    session_id,
    count(*)                                          AS events,
    count(*) FILTER (WHERE outcome = 'success')       AS success,
    count(*) FILTER (WHERE outcome = 'soft_fail')     AS soft_fail,
    count(*) FILTER (WHERE outcome = 'hard_refusal')  AS hard_refusal,
    min(created_at)                                   AS first_event,
    max(created_at)                                   AS last_event
  FROM skill_usage_events
  WHERE $1::timestamptz IS NULL OR created_at >= $1::timestamptz
  GROUP BY user_id, session_id
),
event_users AS (
  SELECT
    user_id,
    count(session_id)  AS sessions,
    sum(events)        AS events,
    sum(success)       AS success,
    sum(soft_fail)     AS soft_fail,
    sum(hard_refusal)  AS hard_refusal,
    min(first_event)   AS first_event,
    max(last_event)    AS last_event
  FROM event_groups
  GROUP BY user_id
),
event_totals AS (
  SELECT
    coalesce(sum(events), 0)        AS events,
    count(user_id)                  AS users,
    coalesce(sum(sessions), 0)      AS sessions,
    coalesce(sum(success), 0)       AS success,
    coalesce(sum(soft_fail), 0)     AS soft_fail,
    coalesce(sum(hard_refusal), 0)  AS hard_refusal,
    min(first_event)                AS first_event,
    max(last_event)                 AS last_event
  FROM event_users
),
used AS (
  SELECT count(*) AS skills
  FROM (
    SELECT DISTINCT skill_id FROM skill_usage_events
    WHERE $1::timestamptz IS NULL OR created_at >= $1::timestamptz
  ) AS distinct_skills
),
feedback AS (
  SELECT count(*) AS entries, round(avg(rating), 2) AS avg_rating
  FROM skill_feedback
  WHERE $1::timestamptz IS NULL OR created_at >= $1::timestamptz
),
unlocks AS (
  SELECT count(*) AS unlocked
  FROM skill_unlocks
  WHERE unlocked AND ($1::timestamptz IS NULL OR unlocked_at >= $1::timestamptz)
),
registry AS (
  SELECT count(*) AS registered, count(*) FILTER (WHERE enabled) AS enabled FROM skills_registry
)
SELECT
  e.events::bigint                                                   AS events,
  e.users,
  e.sessions::bigint                                                 AS sessions,
  used.skills                                                        AS skills_used,
  e.success::bigint                                                  AS success,
  e.soft_fail::bigint                                                AS soft_fail,
  e.hard_refusal::bigint                                             AS hard_refusal,
  (e.events - e.success - e.soft_fail - e.hard_refusal)::bigint      AS other,
  feedback.entries                                                   AS feedback,
  feedback.avg_rating,
  unlocks.unlocked                                                   AS unlocks,
  registry.registered,
  registry.enabled,
  e.first_event,
  e.last_event
FROM event_totals e, used, feedback, unlocks, registry;
