-- The composite indexes of the skill system, and where access is controlled. Follows 20251220_create_skill_system.sql
-- and may be run again at any time.

-- Key first, latest first: one user's, or one skill's, history is read in order and stops at the limit.
CREATE INDEX IF NOT EXISTS idx_skill_usage_user_time     ON skill_usage_events (user_id, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_skill_usage_skill_time    ON skill_usage_events (skill_id, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_skill_feedback_user_time  ON skill_feedback (user_id, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_skill_feedback_skill_time ON skill_feedback (skill_id, created_at DESC);

-- Repeats the primary key. It is part of the schema applications were told of, so it is made; dropping it, and the
-- one-column indexes that the composite ones above can stand in for, is a measured choice and not made here.
CREATE INDEX IF NOT EXISTS idx_skill_unlocks_user_skill ON skill_unlocks (user_id, skill_id);

-- Row level security stays off. Agents reach this database over a direct connection, under a role of the application
-- and not of the end user; the application layer decides who may see what, by putting the user's id into every query.
-- Policies for databases whose clients connect as themselves are an optional pack, to live in sql/packs/rls/. Nothing
-- here switches row level security on, or off where somebody has switched it on.
