-- The skill system: five tables and their indexes. Functions and views are in files that run again when they change: skill_functions.sql,
-- skill_rollup_functions.sql and skill_views.sql.
--
-- It can run again at any time, and in a database in which some or all of the objects exist: existing tables and indexes stay as
-- they are, and rows are never changed. `skills migrate` runs it again in a database of the older system, whose ledger has no digest.
--
-- No name has a schema. Everything is created in the first schema of the search_path.
--
-- The schema also works in a distributed Postgres: no trigger on these tables, no unique key without user_id on the tables that
-- have that column, functions in plpgsql with p_user_id first, views that aggregate before they join.


-- Tables ------------------------------------------------------------------------------------------------------------

-- The skills that agents can run. `skills sync` writes it, agents read it.
CREATE TABLE IF NOT EXISTS skills_registry (
  skill_id    text        PRIMARY KEY,
  version     text        NOT NULL,
  sha256      text,
  enabled     boolean     NOT NULL DEFAULT true,
  trust_level integer     NOT NULL DEFAULT 1 CHECK (trust_level BETWEEN 1 AND 5),
  meta        jsonb       NOT NULL DEFAULT '{}',
  updated_at  timestamptz NOT NULL DEFAULT pg_catalog.now()
);

-- Which user has access to which skill. Without a foreign key, so that a skill can be unlocked before it is registered.
CREATE TABLE IF NOT EXISTS skill_unlocks (
  user_id       uuid,
  skill_id      text,
  unlocked      boolean     NOT NULL DEFAULT false,
  unlocked_at   timestamptz,
  unlock_reason text,
  PRIMARY KEY (user_id, skill_id)
);

-- One row for each use of a skill. IDs can commit out of order: the largest ID does not mean that all smaller ones are visible.
CREATE TABLE IF NOT EXISTS skill_usage_events (
  id             bigserial   PRIMARY KEY,
  user_id        uuid        NOT NULL,
  session_id     text,
  skill_id       text        NOT NULL,
  version        text        NOT NULL,
  tier           text,
  outcome        text        NOT NULL, -- success | soft_fail | hard_refusal
  latency_ms     integer,
  input_hash     text,
  state_snapshot jsonb       NOT NULL DEFAULT '{}',
  artifacts      jsonb       NOT NULL DEFAULT '{}',
  created_at     timestamptz NOT NULL DEFAULT pg_catalog.now()
);

CREATE TABLE IF NOT EXISTS skill_feedback (
  id         bigserial   PRIMARY KEY,
  user_id    uuid        NOT NULL,
  skill_id   text        NOT NULL,
  version    text        NOT NULL,
  rating     integer,
  tags       text[]      DEFAULT '{}',
  notes      text,
  created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

-- Proposals from mining the events. Two rows can have the same signature: a person decides about near-duplicates.
CREATE TABLE IF NOT EXISTS agent_emergence_candidates (
  id               bigserial   PRIMARY KEY,
  signature_hash   text        NOT NULL,
  tier             text,
  element          text,
  realm            text,
  cooccur_skills   jsonb       NOT NULL DEFAULT '[]',
  support_count    integer     NOT NULL DEFAULT 0,
  avg_success_rate numeric,
  field_coherence  numeric,
  archetypal_name  text,
  status           text        NOT NULL DEFAULT 'monitoring', -- monitoring | review | approved | deployed | rejected
  notes            text,
  created_at       timestamptz NOT NULL DEFAULT pg_catalog.now()
);


-- Indexes -----------------------------------------------------------------------------------------------------------
-- Indexes on a key and the time are in 20251220_skill_system_rls_indexes.sql.

CREATE INDEX IF NOT EXISTS idx_skills_registry_enabled  ON skills_registry (enabled) WHERE enabled = true;
CREATE INDEX IF NOT EXISTS idx_skills_registry_tier     ON skills_registry ((meta->>'tier'::text));
CREATE INDEX IF NOT EXISTS idx_skills_registry_category ON skills_registry ((meta->>'category'::text));

CREATE INDEX IF NOT EXISTS idx_skill_unlocks_user     ON skill_unlocks (user_id);
CREATE INDEX IF NOT EXISTS idx_skill_unlocks_unlocked ON skill_unlocks (unlocked) WHERE unlocked = true;

CREATE INDEX IF NOT EXISTS idx_skill_usage_user    ON skill_usage_events (user_id);
CREATE INDEX IF NOT EXISTS idx_skill_usage_skill   ON skill_usage_events (skill_id);
CREATE INDEX IF NOT EXISTS idx_skill_usage_outcome ON skill_usage_events (outcome);
CREATE INDEX IF NOT EXISTS idx_skill_usage_created ON skill_usage_events (created_at DESC);

CREATE INDEX IF NOT EXISTS idx_skill_feedback_skill   ON skill_feedback (skill_id);
CREATE INDEX IF NOT EXISTS idx_skill_feedback_rating  ON skill_feedback (rating);
CREATE INDEX IF NOT EXISTS idx_skill_feedback_created ON skill_feedback (created_at DESC);

CREATE INDEX IF NOT EXISTS idx_agent_emergence_signature ON agent_emergence_candidates (signature_hash);
CREATE INDEX IF NOT EXISTS idx_agent_emergence_status    ON agent_emergence_candidates (status);
CREATE INDEX IF NOT EXISTS idx_agent_emergence_support   ON agent_emergence_candidates (support_count DESC);


-- Comments ----------------------------------------------------------------------------------------------------------

COMMENT ON TABLE skills_registry IS 'The skills that agents can run, one row each; written by `skills sync`';
COMMENT ON COLUMN skills_registry.skill_id    IS 'Name of the skill, equal to the name of its folder';
COMMENT ON COLUMN skills_registry.version     IS 'Version of the skill; 0.0.0 when its files have none';
COMMENT ON COLUMN skills_registry.sha256      IS 'Digest of the folder, to detect a change; NULL: unknown';
COMMENT ON COLUMN skills_registry.enabled     IS 'Whether agents can run the skill; a sync keeps the value that an operator sets';
COMMENT ON COLUMN skills_registry.trust_level IS 'How far the skill is trusted, from 1 (new) to 5 (proven); a sync keeps the value that an operator sets';
COMMENT ON COLUMN skills_registry.meta        IS 'Fields of the skill for queries: tier, category, triggers, elements, realms and others';
COMMENT ON COLUMN skills_registry.updated_at  IS 'When the row last changed; readers can discard older cached copies';

COMMENT ON TABLE skill_unlocks IS 'Which user has access to which skill; foundational skills need no row';
COMMENT ON COLUMN skill_unlocks.user_id       IS 'The user';
COMMENT ON COLUMN skill_unlocks.skill_id      IS 'The skill; it need not be in skills_registry yet';
COMMENT ON COLUMN skill_unlocks.unlocked      IS 'Whether the user has access; a row with false prepares or withdraws an unlock';
COMMENT ON COLUMN skill_unlocks.unlocked_at   IS 'When it was last unlocked; NULL: never';
COMMENT ON COLUMN skill_unlocks.unlock_reason IS 'Why it was last unlocked, for the audit trail';

COMMENT ON TABLE skill_usage_events IS 'Telemetry: one row for each use of a skill, written by log_skill_usage()';
COMMENT ON COLUMN skill_usage_events.id             IS 'Number of the event; together with user_id it identifies the event. It does not give the order';
COMMENT ON COLUMN skill_usage_events.user_id        IS 'Who used the skill';
COMMENT ON COLUMN skill_usage_events.session_id     IS 'The session, as the application names it; NULL: none';
COMMENT ON COLUMN skill_usage_events.skill_id       IS 'The skill used; kept when the skill is gone from the registry';
COMMENT ON COLUMN skill_usage_events.version        IS 'Version of the skill that ran';
COMMENT ON COLUMN skill_usage_events.tier           IS 'Tier the skill ran in: FAST, CORE or DEEP';
COMMENT ON COLUMN skill_usage_events.outcome        IS 'How it ended: success, soft_fail or hard_refusal';
COMMENT ON COLUMN skill_usage_events.latency_ms     IS 'Duration in milliseconds; NULL: not measured';
COMMENT ON COLUMN skill_usage_events.input_hash     IS 'Digest of the input, to find repeated requests without keeping them';
COMMENT ON COLUMN skill_usage_events.state_snapshot IS 'State of the user at that time: tier, element, realm and others';
COMMENT ON COLUMN skill_usage_events.artifacts      IS 'Results of the skill that are kept for mining';
COMMENT ON COLUMN skill_usage_events.created_at     IS 'When the event was logged';

COMMENT ON TABLE skill_feedback IS 'What users say about skills they used';
COMMENT ON COLUMN skill_feedback.id         IS 'Number of the entry; it does not give the order';
COMMENT ON COLUMN skill_feedback.user_id    IS 'Who gave it';
COMMENT ON COLUMN skill_feedback.skill_id   IS 'The skill it is about';
COMMENT ON COLUMN skill_feedback.version    IS 'Version of the skill it is about';
COMMENT ON COLUMN skill_feedback.rating     IS 'The rating; NULL: none';
COMMENT ON COLUMN skill_feedback.tags       IS 'Labels the user chose';
COMMENT ON COLUMN skill_feedback.notes      IS 'What the user wrote';
COMMENT ON COLUMN skill_feedback.created_at IS 'When it was given';

COMMENT ON TABLE agent_emergence_candidates IS 'Sets of skills that are used together, proposed by mining as new agents, with the state of their review';
COMMENT ON COLUMN agent_emergence_candidates.id               IS 'Number of the candidate';
COMMENT ON COLUMN agent_emergence_candidates.signature_hash   IS 'Digest of the pattern; candidates with the same digest are probably duplicates';
COMMENT ON COLUMN agent_emergence_candidates.tier             IS 'Tier of the pattern; NULL: any';
COMMENT ON COLUMN agent_emergence_candidates.element          IS 'Element of the pattern; NULL: any';
COMMENT ON COLUMN agent_emergence_candidates.realm            IS 'Realm of the pattern; NULL: any';
COMMENT ON COLUMN agent_emergence_candidates.cooccur_skills   IS 'JSON array of the IDs of the skills';
COMMENT ON COLUMN agent_emergence_candidates.support_count    IS 'How often the pattern was seen';
COMMENT ON COLUMN agent_emergence_candidates.avg_success_rate IS 'Share of events that succeeded where the pattern was seen, from 0 to 1';
COMMENT ON COLUMN agent_emergence_candidates.field_coherence  IS 'Coherence of the pattern, as the miner measures it';
COMMENT ON COLUMN agent_emergence_candidates.archetypal_name  IS 'Name proposed for the new agent';
COMMENT ON COLUMN agent_emergence_candidates.status           IS 'State of the review: monitoring, review, approved, deployed or rejected';
COMMENT ON COLUMN agent_emergence_candidates.notes            IS 'Remarks of the reviewers';
COMMENT ON COLUMN agent_emergence_candidates.created_at       IS 'When the candidate was first proposed';
