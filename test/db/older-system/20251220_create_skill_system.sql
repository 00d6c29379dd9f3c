-- The first migration of the older system, as its audit shows it: plain CREATE INDEX, no CHECK constraints, SECURITY DEFINER without a
-- search_path, EXECUTE for PUBLIC, and a view that multiplies its totals.

CREATE TABLE IF NOT EXISTS skills_registry (
  skill_id TEXT PRIMARY KEY,
  version TEXT NOT NULL,
  sha256 TEXT,
  enabled BOOLEAN NOT NULL DEFAULT true,
  trust_level INT NOT NULL DEFAULT 1,
  meta JSONB NOT NULL DEFAULT '{}'::JSONB,
  updated_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

CREATE INDEX idx_skills_registry_enabled ON skills_registry (enabled) WHERE enabled = true;
CREATE INDEX idx_skills_registry_tier ON skills_registry ((meta->>'tier'));
CREATE INDEX idx_skills_registry_category ON skills_registry ((meta->>'category'));

CREATE TABLE IF NOT EXISTS skill_unlocks (
  user_id UUID NOT NULL,
  skill_id TEXT NOT NULL,
  unlocked BOOLEAN NOT NULL DEFAULT false,
  unlocked_at TIMESTAMPTZ,
  unlock_reason TEXT,
  PRIMARY KEY (user_id, skill_id)
);

CREATE INDEX idx_skill_unlocks_user ON skill_unlocks (user_id);
CREATE INDEX idx_skill_unlocks_unlocked ON skill_unlocks (unlocked) WHERE unlocked = true;

CREATE TABLE IF NOT EXISTS skill_usage_events (
  id BIGSERIAL PRIMARY KEY,
  user_id UUID NOT NULL,
  session_id TEXT,
  skill_id TEXT NOT NULL,
  version TEXT NOT NULL,
  tier TEXT,
  outcome TEXT NOT NULL,
  latency_ms INT,
  input_hash TEXT,
  state_snapshot JSONB NOT NULL DEFAULT '{}'::JSONB,
  artifacts JSONB NOT NULL DEFAULT '{}'::JSONB,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

CREATE INDEX idx_skill_usage_user ON skill_usage_events (user_id);
CREATE INDEX idx_skill_usage_skill ON skill_usage_events (skill_id);
CREATE INDEX idx_skill_usage_outcome ON skill_usage_events (outcome);
CREATE INDEX idx_skill_usage_created ON skill_usage_events (created_at DESC);

CREATE TABLE IF NOT EXISTS skill_feedback (
  id BIGSERIAL PRIMARY KEY,
  user_id UUID NOT NULL,
  skill_id TEXT NOT NULL,
  version TEXT NOT NULL,
  rating INT,
  tags TEXT[] DEFAULT '{}',
  notes TEXT,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

CREATE INDEX idx_skill_feedback_skill ON skill_feedback (skill_id);
CREATE INDEX idx_skill_feedback_rating ON skill_feedback (rating);
CREATE INDEX idx_skill_feedback_created ON skill_feedback (created_at DESC);

CREATE TABLE IF NOT EXISTS agent_emergence_candidates (
  id BIGSERIAL PRIMARY KEY,
  signature_hash TEXT NOT NULL,
  tier TEXT,
  element TEXT,
  realm TEXT,
  cooccur_skills JSONB NOT NULL DEFAULT '[]'::JSONB,
  support_count INT NOT NULL DEFAULT 0,
  avg_success_rate NUMERIC,
  field_coherence NUMERIC,
  archetypal_name TEXT,
  status TEXT NOT NULL DEFAULT 'monitoring',
  notes TEXT,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

CREATE INDEX idx_agent_emergence_signature ON agent_emergence_candidates (signature_hash);
CREATE INDEX idx_agent_emergence_status ON agent_emergence_candidates (status);
CREATE INDEX idx_agent_emergence_support ON agent_emergence_candidates (support_count DESC);

CREATE OR REPLACE FUNCTION log_skill_usage(
  p_user_id UUID,
  p_session_id TEXT,
  p_skill_id TEXT,
  p_version TEXT,
  p_tier TEXT,
  p_outcome TEXT,
  p_latency_ms INT DEFAULT NULL,
  p_input_hash TEXT DEFAULT NULL,
  p_state_snapshot JSONB DEFAULT '{}'::jsonb,
  p_artifacts JSONB DEFAULT '{}'::jsonb
) RETURNS BIGINT AS $$
DECLARE
  v_event_id BIGINT;
BEGIN
  INSERT INTO skill_usage_events (
    user_id, session_id, skill_id, version, tier, outcome, latency_ms, input_hash, state_snapshot, artifacts
  ) VALUES (
    p_user_id, p_session_id, p_skill_id, p_version, p_tier, p_outcome, p_latency_ms, p_input_hash, p_state_snapshot, p_artifacts
  ) RETURNING id INTO v_event_id;
  RETURN v_event_id;
END;
$$ LANGUAGE plpgsql SECURITY DEFINER;

CREATE OR REPLACE FUNCTION is_skill_unlocked(p_user_id UUID, p_skill_id TEXT) RETURNS BOOLEAN AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM skills_registry WHERE skill_id = p_skill_id AND meta->>'category' = 'foundational') THEN
    RETURN true;
  END IF;
  RETURN EXISTS (SELECT 1 FROM skill_unlocks WHERE user_id = p_user_id AND skill_id = p_skill_id AND unlocked = true);
END;
$$ LANGUAGE plpgsql SECURITY DEFINER;

CREATE OR REPLACE FUNCTION unlock_skill(p_user_id UUID, p_skill_id TEXT, p_unlock_reason TEXT DEFAULT 'manual') RETURNS BOOLEAN AS $$
BEGIN
  INSERT INTO skill_unlocks (user_id, skill_id, unlocked, unlocked_at, unlock_reason)
  VALUES (p_user_id, p_skill_id, true, NOW(), p_unlock_reason)
  ON CONFLICT (user_id, skill_id) DO UPDATE SET unlocked = true, unlocked_at = NOW(), unlock_reason = p_unlock_reason;
  RETURN true;
END;
$$ LANGUAGE plpgsql SECURITY DEFINER;

CREATE OR REPLACE VIEW v_skill_effectiveness AS
SELECT
  e.skill_id,
  COUNT(*) AS total_uses,
  COUNT(*) FILTER (WHERE e.outcome = 'success') AS success_count,
  ROUND(100.0 * COUNT(*) FILTER (WHERE e.outcome = 'success') / NULLIF(COUNT(*), 0), 2) AS success_rate_pct,
  AVG(e.latency_ms)::INT AS avg_latency_ms,
  ROUND(AVG(f.rating), 2) AS avg_rating,
  COUNT(DISTINCT e.user_id) AS unique_users,
  MIN(e.created_at) AS first_use,
  MAX(e.created_at) AS last_use
FROM skill_usage_events e
LEFT JOIN skill_feedback f ON f.skill_id = e.skill_id
GROUP BY e.skill_id;

CREATE OR REPLACE VIEW v_skill_cooccurrence AS
WITH session_skills AS (
  SELECT
    session_id,
    user_id,
    (state_snapshot->>'element')::TEXT AS element,
    (state_snapshot->>'realm')::TEXT AS realm,
    tier,
    ARRAY_AGG(DISTINCT skill_id ORDER BY skill_id) AS skill_set,
    COUNT(DISTINCT skill_id) AS skill_count,
    AVG(CASE WHEN outcome = 'success' THEN 1 ELSE 0 END) AS success_rate,
    MIN(created_at) AS first_at,
    MAX(created_at) AS last_at
  FROM skill_usage_events
  WHERE outcome = 'success'
  GROUP BY session_id, user_id, element, realm, tier
  HAVING COUNT(DISTINCT skill_id) >= 2
)
SELECT
  skill_set,
  tier,
  element,
  realm,
  COUNT(*) AS cooccurrence_count,
  COUNT(DISTINCT user_id) AS distinct_users,
  AVG(success_rate)::NUMERIC(4,3) AS avg_success_rate,
  MIN(first_at) AS first_observed,
  MAX(last_at) AS last_observed
FROM session_skills
GROUP BY skill_set, tier, element, realm
HAVING COUNT(*) >= 3
ORDER BY cooccurrence_count DESC;

COMMENT ON TABLE skills_registry IS 'Registry of all skills with denormalized metadata';
COMMENT ON COLUMN skills_registry.meta IS 'Denormalized metadata: tier, category, triggers, elements, realms';
COMMENT ON TABLE skill_usage_events IS 'Telemetry for every skill execution';
