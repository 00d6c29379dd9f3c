-- The latest events, the last first.
SELECT
-- include: event-columns
FROM skill_usage_events
WHERE (:skill::text IS NULL OR skill_id = :skill::text) AND (:user::uuid IS NULL OR user_id = :user::uuid)
ORDER BY skill_usage_events.created_at DESC, skill_usage_events.id DESC
LIMIT :limit::bigint;
