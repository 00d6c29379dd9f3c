-- The events of arrivals.sql in one row, with the most used skills.
WITH arrived AS (
  SELECT skill_id, user_id, outcome, latency_ms
-- include: arrived
),
top AS (
  SELECT skill_id, count(*) AS n FROM arrived GROUP BY skill_id ORDER BY n DESC, skill_id COLLATE "C" LIMIT 5
)
SELECT count(*) AS events, count(DISTINCT skill_id) AS skills, count(DISTINCT user_id) AS users, count(*) FILTER (WHERE outcome = 'success') AS success,
  round(avg(latency_ms))::integer AS avg_latency_ms,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(skill_id, n) ORDER BY n DESC, skill_id COLLATE "C"), '[]') FROM top) AS top
FROM arrived;
