-- The second migration of the older system, as its audit shows it.
-- RLS disabled for direct Postgres usage (not using Supabase auth)
-- Access control happens at application layer in lib/skills/db.ts

CREATE INDEX IF NOT EXISTS idx_skill_usage_user_time
  ON skill_usage_events (user_id, created_at DESC);

CREATE INDEX IF NOT EXISTS idx_skill_usage_skill_time
  ON skill_usage_events (skill_id, created_at DESC);

CREATE INDEX IF NOT EXISTS idx_skill_feedback_user_time
  ON skill_feedback (user_id, created_at DESC);

CREATE INDEX IF NOT EXISTS idx_skill_feedback_skill_time
  ON skill_feedback (skill_id, created_at DESC);

CREATE INDEX IF NOT EXISTS idx_skill_unlocks_user_skill
  ON skill_unlocks (user_id, skill_id);
