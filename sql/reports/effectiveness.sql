-- How each used skill is doing: v_skill_effectiveness, with bounds. All columns are the view's.
--   $1 timestamptz  only events and feedback from this time on; NULL: all time, and then the same rows as the view
--   $2 bigint       at most so many skills; NULL: all
--   $3 text         this skill alone; NULL: every skill
WITH usage_by_user AS (
  SELECT
    skill_id,
    user_id,
    count(*)                                     AS uses,
    count(*) FILTER (WHERE outcome = 'success')  AS successes,
    sum(latency_ms)                              AS latency_sum,
    count(latency_ms)                            AS latency_count,
    min(created_at)                              AS first_use,
    max(created_at)                              AS last_use
  FROM skill_usage_events
  WHERE ($1::timestamptz IS NULL OR created_at >= $1::timestamptz)
    AND ($3::text IS NULL OR skill_id = $3::text)
  GROUP BY skill_id, user_id
),
usage_by_skill AS (
  SELECT
    skill_id,
    sum(uses)           AS uses,
    sum(successes)      AS successes,
    sum(latency_sum)    AS latency_sum,
    sum(latency_count)  AS latency_count,
    count(user_id)      AS unique_users,
    min(first_use)      AS first_use,
    max(last_use)       AS last_use
  FROM usage_by_user
  GROUP BY skill_id
),
feedback_by_skill AS (
  SELECT skill_id, avg(rating) AS rating
  FROM skill_feedback
  WHERE ($1::timestamptz IS NULL OR created_at >= $1::timestamptz)
    AND ($3::text IS NULL OR skill_id = $3::text)
  GROUP BY skill_id
)
SELECT
  u.skill_id,
  u.uses::bigint                                             AS total_uses,
  u.successes::bigint                                        AS success_count,
  round(100.0 * u.successes / nullif(u.uses, 0), 2)          AS success_rate_pct,
  round(u.latency_sum / nullif(u.latency_count, 0))::integer AS avg_latency_ms,
  round(f.rating, 2)                                         AS avg_rating,
  u.unique_users,
  u.first_use,
  u.last_use
FROM usage_by_skill u
LEFT JOIN feedback_by_skill f ON f.skill_id = u.skill_id
ORDER BY total_uses DESC, u.skill_id COLLATE "C"
LIMIT $2::bigint;
