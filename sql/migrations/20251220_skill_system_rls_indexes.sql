-- The composite indexes of the skill system, and why there is no row level security. It needs 20251220_create_skill_system.sql and
-- can run again at any time.

-- Key first, latest first: the history of one user or one skill is read in order, up to the limit.
CREATE INDEX IF NOT EXISTS idx_skill_usage_user_time     ON skill_usage_events (user_id, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_skill_usage_skill_time    ON skill_usage_events (skill_id, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_skill_feedback_user_time  ON skill_feedback (user_id, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_skill_feedback_skill_time ON skill_feedback (skill_id, created_at DESC);

-- It repeats the primary key. Applications expect it, so it is created; to drop it, and the one-column indexes that the composite
-- ones replace, is a decision for the operator (see `health.redundant-indexes`).
CREATE INDEX IF NOT EXISTS idx_skill_unlocks_user_skill ON skill_unlocks (user_id, skill_id);

-- Row level security is off. Agents connect under a role of the application, not of the end user; the application decides who can
-- read what, by using the user ID in every query. This file neither enables row level security nor disables it.
