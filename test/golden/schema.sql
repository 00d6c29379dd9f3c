-- column agent_emergence_candidates.archetypal_name
text

-- column agent_emergence_candidates.avg_success_rate
numeric

-- column agent_emergence_candidates.cooccur_skills
jsonb not null default '[]'::jsonb

-- column agent_emergence_candidates.created_at
timestamp with time zone not null default now()

-- column agent_emergence_candidates.element
text

-- column agent_emergence_candidates.field_coherence
numeric

-- column agent_emergence_candidates.id
bigint not null default nextval('agent_emergence_candidates_id_seq'::regclass)

-- column agent_emergence_candidates.notes
text

-- column agent_emergence_candidates.realm
text

-- column agent_emergence_candidates.signature_hash
text not null

-- column agent_emergence_candidates.status
text not null default 'monitoring'::text

-- column agent_emergence_candidates.support_count
integer not null default 0

-- column agent_emergence_candidates.tier
text

-- column schema_migrations.applied_at
timestamp with time zone not null default now()

-- column schema_migrations.applied_by
text

-- column schema_migrations.checksum
text

-- column schema_migrations.duration_ms
integer

-- column schema_migrations.statements
integer

-- column schema_migrations.tolerated
jsonb

-- column schema_migrations.tool
text

-- column schema_migrations.version
text not null

-- column skill_feedback.created_at
timestamp with time zone not null default now()

-- column skill_feedback.id
bigint not null default nextval('skill_feedback_id_seq'::regclass)

-- column skill_feedback.notes
text

-- column skill_feedback.rating
integer

-- column skill_feedback.skill_id
text not null

-- column skill_feedback.tags
text[] default '{}'::text[]

-- column skill_feedback.user_id
uuid not null

-- column skill_feedback.version
text not null

-- column skill_unlocks.skill_id
text not null

-- column skill_unlocks.unlock_reason
text

-- column skill_unlocks.unlocked
boolean not null default false

-- column skill_unlocks.unlocked_at
timestamp with time zone

-- column skill_unlocks.user_id
uuid not null

-- column skill_usage_events.artifacts
jsonb not null default '{}'::jsonb

-- column skill_usage_events.created_at
timestamp with time zone not null default now()

-- column skill_usage_events.id
bigint not null default nextval('skill_usage_events_id_seq'::regclass)

-- column skill_usage_events.input_hash
text

-- column skill_usage_events.latency_ms
integer

-- column skill_usage_events.outcome
text not null

-- column skill_usage_events.session_id
text

-- column skill_usage_events.skill_id
text not null

-- column skill_usage_events.state_snapshot
jsonb not null default '{}'::jsonb

-- column skill_usage_events.tier
text

-- column skill_usage_events.user_id
uuid not null

-- column skill_usage_events.version
text not null

-- column skills_registry.enabled
boolean not null default true

-- column skills_registry.meta
jsonb not null default '{}'::jsonb

-- column skills_registry.sha256
text

-- column skills_registry.skill_id
text not null

-- column skills_registry.trust_level
integer not null default 1

-- column skills_registry.updated_at
timestamp with time zone not null default now()

-- column skills_registry.version
text not null

-- comment agent_emergence_candidates
Sets of skills that mining found used together, as proposals for new agents, with the state of their review

-- comment agent_emergence_candidates.archetypal_name
Name proposed for the new agent

-- comment agent_emergence_candidates.avg_success_rate
Share of events that succeeded where the pattern was seen, from 0 to 1

-- comment agent_emergence_candidates.cooccur_skills
JSON array of the ids of the skills that go together

-- comment agent_emergence_candidates.created_at
When the candidate was first proposed

-- comment agent_emergence_candidates.element
Element the pattern was seen in; NULL: any

-- comment agent_emergence_candidates.field_coherence
How well the pattern holds together, as the miner measures it

-- comment agent_emergence_candidates.id
Number of the candidate

-- comment agent_emergence_candidates.notes
Remarks of the reviewers

-- comment agent_emergence_candidates.realm
Realm the pattern was seen in; NULL: any

-- comment agent_emergence_candidates.signature_hash
Digest of the pattern; candidates that share it are likely duplicates, left for a person to judge

-- comment agent_emergence_candidates.status
State of the review: monitoring, review, approved, deployed or rejected

-- comment agent_emergence_candidates.support_count
How often the pattern was seen

-- comment agent_emergence_candidates.tier
Tier the pattern was seen in; NULL: any

-- comment is_skill_unlocked(uuid, text)
Whether the user may run the skill: it is foundational, or skill_unlocks has it open for this user

-- comment log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb)
Writes one row to skill_usage_events and returns its id; NULL for either jsonb argument counts as {}

-- comment skill_feedback
What users say about skills they used

-- comment skill_feedback.created_at
When it was given

-- comment skill_feedback.id
Number of the entry; it says nothing about order

-- comment skill_feedback.notes
What the user wrote

-- comment skill_feedback.rating
The mark given; NULL: words only

-- comment skill_feedback.skill_id
The skill it is about

-- comment skill_feedback.tags
Labels the user chose

-- comment skill_feedback.user_id
Who gave it

-- comment skill_feedback.version
Version of the skill it is about

-- comment skill_unlocks
Which user has passed the gate of which skill; foundational skills need no row

-- comment skill_unlocks.skill_id
The skill; it need not be in skills_registry yet

-- comment skill_unlocks.unlock_reason
Why it was last opened, for the audit trail

-- comment skill_unlocks.unlocked
Whether the gate is open; a row with false prepares or withdraws an unlock

-- comment skill_unlocks.unlocked_at
When it was last opened; NULL: never

-- comment skill_unlocks.user_id
The user

-- comment skill_usage_events
Telemetry: one row for each use of a skill, written by log_skill_usage()

-- comment skill_usage_events.artifacts
What the skill produced, as far as it is kept for mining

-- comment skill_usage_events.created_at
When the event was logged

-- comment skill_usage_events.id
Number of the event; together with user_id it names the event. It says nothing about order

-- comment skill_usage_events.input_hash
Digest of the input, to find repeated requests without keeping them

-- comment skill_usage_events.latency_ms
How long it took in milliseconds; NULL: it ended before it was timed

-- comment skill_usage_events.outcome
How it ended: success, soft_fail or hard_refusal

-- comment skill_usage_events.session_id
The conversation it happened in, as the application names it; NULL: outside any session

-- comment skill_usage_events.skill_id
The skill used; kept when the skill is gone from the registry

-- comment skill_usage_events.state_snapshot
State of the user at that moment: tier, element, realm and the like

-- comment skill_usage_events.tier
Tier the skill ran in: FAST, CORE or DEEP

-- comment skill_usage_events.user_id
Who used the skill

-- comment skill_usage_events.version
Version of the skill that ran

-- comment skills_registry
The skills agents may run, one row each; written by `skills sync` from the folder of skills

-- comment skills_registry.enabled
Whether agents may run the skill; the operator's word outlives a sync

-- comment skills_registry.meta
What queries need without opening the skill: tier, category, triggers, elements, realms and the like

-- comment skills_registry.sha256
Digest of the whole folder, by which a change is noticed; NULL: unknown

-- comment skills_registry.skill_id
Name of the skill, equal to the name of its folder

-- comment skills_registry.trust_level
How far the rollout has come, from 1 (new) to 5 (proven); the operator's word outlives a sync

-- comment skills_registry.updated_at
When anything in the row last changed; readers can drop what they cached before

-- comment skills_registry.version
Version the author gives; 0.0.0 where none is given

-- comment unlock_skill(uuid, text, text)
Opens the skill for the user, or opens it again under the new reason; always returns true

-- comment v_skill_cooccurrence
Sets of two or more skills that succeeded together in at least three sessions with the same tier, element and realm

-- comment v_skill_cooccurrence.avg_success_rate
Share of successes, from 0 to 1, among all events of those sessions, failed ones included

-- comment v_skill_cooccurrence.cooccurrence_count
Number of sessions of a user with exactly this set

-- comment v_skill_cooccurrence.distinct_users
Number of different users among them

-- comment v_skill_cooccurrence.element
Element of the state snapshot

-- comment v_skill_cooccurrence.first_observed
Time of the first event of those sessions

-- comment v_skill_cooccurrence.last_observed
Time of the latest event of those sessions

-- comment v_skill_cooccurrence.realm
Realm of the state snapshot

-- comment v_skill_cooccurrence.skill_set
Ids of the skills, each once, sorted bytewise

-- comment v_skill_cooccurrence.tier
Tier of the state snapshot, or of the event where the snapshot has none

-- comment v_skill_effectiveness
How each skill that was ever used is doing, over all time; one row per skill

-- comment v_skill_effectiveness.avg_latency_ms
Mean latency of the uses that were timed; NULL: none was

-- comment v_skill_effectiveness.avg_rating
Mean rating, two decimals; NULL: nobody has rated it

-- comment v_skill_effectiveness.first_use
Time of the first event

-- comment v_skill_effectiveness.last_use
Time of the latest event

-- comment v_skill_effectiveness.skill_id
The skill

-- comment v_skill_effectiveness.success_count
Those with the outcome success

-- comment v_skill_effectiveness.success_rate_pct
Successes in per cent of all uses, two decimals

-- comment v_skill_effectiveness.total_uses
Number of its usage events

-- comment v_skill_effectiveness.unique_users
Number of different users

-- constraint agent_emergence_candidates.agent_emergence_candidates_pkey
PRIMARY KEY (id)

-- constraint schema_migrations.schema_migrations_pkey
PRIMARY KEY (version)

-- constraint skill_feedback.skill_feedback_pkey
PRIMARY KEY (id)

-- constraint skill_unlocks.skill_unlocks_pkey
PRIMARY KEY (user_id, skill_id)

-- constraint skill_usage_events.skill_usage_events_pkey
PRIMARY KEY (id)

-- constraint skills_registry.skills_registry_pkey
PRIMARY KEY (skill_id)

-- constraint skills_registry.skills_registry_trust_level_check
CHECK (trust_level >= 1 AND trust_level <= 5)

-- function is_skill_unlocked(uuid, text)
arguments p_user_id uuid, p_skill_id text
returns boolean
language plpgsql
stable
security definer
set search_path=<schema>, pg_temp
as 
BEGIN
  -- Foundational skills stand open to everybody, whatever skill_unlocks says.
  IF EXISTS (
    SELECT 1 FROM skills_registry r
    WHERE r.skill_id = p_skill_id AND r.meta->>'category' = 'foundational'
  ) THEN
    RETURN true;
  END IF;

  RETURN EXISTS (
    SELECT 1 FROM skill_unlocks u
    WHERE u.user_id = p_user_id AND u.skill_id = p_skill_id AND u.unlocked
  );
END;

-- function log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb)
arguments p_user_id uuid, p_session_id text, p_skill_id text, p_version text, p_tier text, p_outcome text, p_latency_ms integer DEFAULT NULL::integer, p_input_hash text DEFAULT NULL::text, p_state_snapshot jsonb DEFAULT '{}'::jsonb, p_artifacts jsonb DEFAULT '{}'::jsonb
returns bigint
language plpgsql
volatile
security definer
set search_path=<schema>, pg_temp
as 
DECLARE
  v_event_id bigint;
BEGIN
  -- A caller with no state to tell often passes NULL, which would override the default and break NOT NULL.
  INSERT INTO skill_usage_events (
    user_id, session_id, skill_id, version, tier, outcome, latency_ms, input_hash, state_snapshot, artifacts
  ) VALUES (
    p_user_id, p_session_id, p_skill_id, p_version, p_tier, p_outcome, p_latency_ms, p_input_hash,
    coalesce(p_state_snapshot, '{}'::jsonb), coalesce(p_artifacts, '{}'::jsonb)
  )
  RETURNING id INTO v_event_id;

  RETURN v_event_id;
END;

-- function unlock_skill(uuid, text, text)
arguments p_user_id uuid, p_skill_id text, p_unlock_reason text DEFAULT 'manual'::text
returns boolean
language plpgsql
volatile
security definer
set search_path=<schema>, pg_temp
as 
BEGIN
  -- now() stands in VALUES and reaches the update through excluded: a distributed Postgres refuses a function call
  -- in DO UPDATE SET.
  INSERT INTO skill_unlocks (user_id, skill_id, unlocked, unlocked_at, unlock_reason)
  VALUES (p_user_id, p_skill_id, true, now(), p_unlock_reason)
  ON CONFLICT (user_id, skill_id) DO UPDATE SET
    unlocked      = excluded.unlocked,
    unlocked_at   = excluded.unlocked_at,
    unlock_reason = excluded.unlock_reason;

  RETURN true;
END;

-- grant function is_skill_unlocked(uuid, text) to PUBLIC
EXECUTE (default)

-- grant function log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb) to PUBLIC
EXECUTE (default)

-- grant function unlock_skill(uuid, text, text) to PUBLIC


-- index idx_agent_emergence_signature
CREATE INDEX idx_agent_emergence_signature ON agent_emergence_candidates USING btree (signature_hash)

-- index idx_agent_emergence_status
CREATE INDEX idx_agent_emergence_status ON agent_emergence_candidates USING btree (status)

-- index idx_agent_emergence_support
CREATE INDEX idx_agent_emergence_support ON agent_emergence_candidates USING btree (support_count DESC)

-- index idx_skill_feedback_created
CREATE INDEX idx_skill_feedback_created ON skill_feedback USING btree (created_at DESC)

-- index idx_skill_feedback_rating
CREATE INDEX idx_skill_feedback_rating ON skill_feedback USING btree (rating)

-- index idx_skill_feedback_skill
CREATE INDEX idx_skill_feedback_skill ON skill_feedback USING btree (skill_id)

-- index idx_skill_feedback_skill_time
CREATE INDEX idx_skill_feedback_skill_time ON skill_feedback USING btree (skill_id, created_at DESC)

-- index idx_skill_feedback_user_time
CREATE INDEX idx_skill_feedback_user_time ON skill_feedback USING btree (user_id, created_at DESC)

-- index idx_skill_unlocks_unlocked
CREATE INDEX idx_skill_unlocks_unlocked ON skill_unlocks USING btree (unlocked) WHERE (unlocked = true)

-- index idx_skill_unlocks_user
CREATE INDEX idx_skill_unlocks_user ON skill_unlocks USING btree (user_id)

-- index idx_skill_unlocks_user_skill
CREATE INDEX idx_skill_unlocks_user_skill ON skill_unlocks USING btree (user_id, skill_id)

-- index idx_skill_usage_created
CREATE INDEX idx_skill_usage_created ON skill_usage_events USING btree (created_at DESC)

-- index idx_skill_usage_outcome
CREATE INDEX idx_skill_usage_outcome ON skill_usage_events USING btree (outcome)

-- index idx_skill_usage_skill
CREATE INDEX idx_skill_usage_skill ON skill_usage_events USING btree (skill_id)

-- index idx_skill_usage_skill_time
CREATE INDEX idx_skill_usage_skill_time ON skill_usage_events USING btree (skill_id, created_at DESC)

-- index idx_skill_usage_user
CREATE INDEX idx_skill_usage_user ON skill_usage_events USING btree (user_id)

-- index idx_skill_usage_user_time
CREATE INDEX idx_skill_usage_user_time ON skill_usage_events USING btree (user_id, created_at DESC)

-- index idx_skills_registry_category
CREATE INDEX idx_skills_registry_category ON skills_registry USING btree (((meta ->> 'category'::text)))

-- index idx_skills_registry_enabled
CREATE INDEX idx_skills_registry_enabled ON skills_registry USING btree (enabled) WHERE (enabled = true)

-- index idx_skills_registry_tier
CREATE INDEX idx_skills_registry_tier ON skills_registry USING btree (((meta ->> 'tier'::text)))

-- sequence agent_emergence_candidates_id_seq
bigint start 1 increment 1 min 1 max 9223372036854775807 cache 1

-- sequence skill_feedback_id_seq
bigint start 1 increment 1 min 1 max 9223372036854775807 cache 1

-- sequence skill_usage_events_id_seq
bigint start 1 increment 1 min 1 max 9223372036854775807 cache 1

-- table agent_emergence_candidates


-- table schema_migrations


-- table skill_feedback


-- table skill_unlocks


-- table skill_usage_events


-- table skills_registry


-- view v_skill_cooccurrence
WITH session_skills AS (
         SELECT skill_usage_events.session_id,
            skill_usage_events.user_id,
            COALESCE(skill_usage_events.state_snapshot ->> 'tier'::text, skill_usage_events.tier) AS tier,
            skill_usage_events.state_snapshot ->> 'element'::text AS element,
            skill_usage_events.state_snapshot ->> 'realm'::text AS realm,
            array_agg(DISTINCT skill_usage_events.skill_id COLLATE "C" ORDER BY (skill_usage_events.skill_id COLLATE "C")) FILTER (WHERE skill_usage_events.outcome = 'success'::text) AS skill_set,
            count(*) AS events,
            count(*) FILTER (WHERE skill_usage_events.outcome = 'success'::text) AS successes,
            min(skill_usage_events.created_at) AS first_event,
            max(skill_usage_events.created_at) AS last_event
           FROM skill_usage_events
          WHERE skill_usage_events.session_id IS NOT NULL
          GROUP BY skill_usage_events.session_id, skill_usage_events.user_id, (COALESCE(skill_usage_events.state_snapshot ->> 'tier'::text, skill_usage_events.tier)), (skill_usage_events.state_snapshot ->> 'element'::text), (skill_usage_events.state_snapshot ->> 'realm'::text)
        )
 SELECT skill_set COLLATE "default" AS skill_set,
    tier,
    element,
    realm,
    count(*) AS cooccurrence_count,
    count(DISTINCT user_id) AS distinct_users,
    (sum(successes) / sum(events))::numeric(4,3) AS avg_success_rate,
    min(first_event) AS first_observed,
    max(last_event) AS last_observed
   FROM session_skills
  WHERE cardinality(skill_set) >= 2
  GROUP BY skill_set, tier, element, realm
 HAVING count(*) >= 3
  ORDER BY (count(*)) DESC, session_skills.skill_set, (tier COLLATE "C"), (element COLLATE "C"), (realm COLLATE "C");

-- view v_skill_effectiveness
WITH usage_by_user AS (
         SELECT skill_usage_events.skill_id,
            skill_usage_events.user_id,
            count(*) AS uses,
            count(*) FILTER (WHERE skill_usage_events.outcome = 'success'::text) AS successes,
            sum(skill_usage_events.latency_ms) AS latency_sum,
            count(skill_usage_events.latency_ms) AS latency_count,
            min(skill_usage_events.created_at) AS first_use,
            max(skill_usage_events.created_at) AS last_use
           FROM skill_usage_events
          GROUP BY skill_usage_events.skill_id, skill_usage_events.user_id
        ), usage_by_skill AS (
         SELECT usage_by_user.skill_id,
            sum(usage_by_user.uses) AS uses,
            sum(usage_by_user.successes) AS successes,
            sum(usage_by_user.latency_sum) AS latency_sum,
            sum(usage_by_user.latency_count) AS latency_count,
            count(usage_by_user.user_id) AS unique_users,
            min(usage_by_user.first_use) AS first_use,
            max(usage_by_user.last_use) AS last_use
           FROM usage_by_user
          GROUP BY usage_by_user.skill_id
        ), feedback_by_skill AS (
         SELECT skill_feedback.skill_id,
            avg(skill_feedback.rating) AS rating
           FROM skill_feedback
          GROUP BY skill_feedback.skill_id
        )
 SELECT u.skill_id,
    u.uses::bigint AS total_uses,
    u.successes::bigint AS success_count,
    round(100.0 * u.successes / NULLIF(u.uses, 0::numeric), 2) AS success_rate_pct,
    round(u.latency_sum / NULLIF(u.latency_count, 0::numeric))::integer AS avg_latency_ms,
    round(f.rating, 2) AS avg_rating,
    u.unique_users,
    u.first_use,
    u.last_use
   FROM usage_by_skill u
     LEFT JOIN feedback_by_skill f ON f.skill_id = u.skill_id;

-- view column v_skill_cooccurrence.avg_success_rate
7 numeric(4,3)

-- view column v_skill_cooccurrence.cooccurrence_count
5 bigint

-- view column v_skill_cooccurrence.distinct_users
6 bigint

-- view column v_skill_cooccurrence.element
3 text

-- view column v_skill_cooccurrence.first_observed
8 timestamp with time zone

-- view column v_skill_cooccurrence.last_observed
9 timestamp with time zone

-- view column v_skill_cooccurrence.realm
4 text

-- view column v_skill_cooccurrence.skill_set
1 text[]

-- view column v_skill_cooccurrence.tier
2 text

-- view column v_skill_effectiveness.avg_latency_ms
5 integer

-- view column v_skill_effectiveness.avg_rating
6 numeric

-- view column v_skill_effectiveness.first_use
8 timestamp with time zone

-- view column v_skill_effectiveness.last_use
9 timestamp with time zone

-- view column v_skill_effectiveness.skill_id
1 text

-- view column v_skill_effectiveness.success_count
3 bigint

-- view column v_skill_effectiveness.success_rate_pct
4 numeric

-- view column v_skill_effectiveness.total_uses
2 bigint

-- view column v_skill_effectiveness.unique_users
7 bigint
