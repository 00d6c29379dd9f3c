  coalesce(skill_usage_events.created_at, 'infinity'), skill_usage_events.id, skill_usage_events.user_id
