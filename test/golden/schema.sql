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

-- column skill_feedback.txid
bigint not null default txid_current()

-- column skill_feedback.user_id
uuid not null

-- column skill_feedback.version
text not null

-- column skill_rollup_days.b00
integer not null

-- column skill_rollup_days.b01
integer not null

-- column skill_rollup_days.b02
integer not null

-- column skill_rollup_days.b03
integer not null

-- column skill_rollup_days.b04
integer not null

-- column skill_rollup_days.b05
integer not null

-- column skill_rollup_days.b06
integer not null

-- column skill_rollup_days.b07
integer not null

-- column skill_rollup_days.b08
integer not null

-- column skill_rollup_days.b09
integer not null

-- column skill_rollup_days.b10
integer not null

-- column skill_rollup_days.b11
integer not null

-- column skill_rollup_days.b12
integer not null

-- column skill_rollup_days.b13
integer not null

-- column skill_rollup_days.b14
integer not null

-- column skill_rollup_days.b15
integer not null

-- column skill_rollup_days.b16
integer not null

-- column skill_rollup_days.b17
integer not null

-- column skill_rollup_days.b18
integer not null

-- column skill_rollup_days.b19
integer not null

-- column skill_rollup_days.b20
integer not null

-- column skill_rollup_days.b21
integer not null

-- column skill_rollup_days.b22
integer not null

-- column skill_rollup_days.b23
integer not null

-- column skill_rollup_days.b24
integer not null

-- column skill_rollup_days.b25
integer not null

-- column skill_rollup_days.b26
integer not null

-- column skill_rollup_days.b27
integer not null

-- column skill_rollup_days.b28
integer not null

-- column skill_rollup_days.b29
integer not null

-- column skill_rollup_days.b30
integer not null

-- column skill_rollup_days.b31
integer not null

-- column skill_rollup_days.b32
integer not null

-- column skill_rollup_days.b33
integer not null

-- column skill_rollup_days.b34
integer not null

-- column skill_rollup_days.b35
integer not null

-- column skill_rollup_days.b36
integer not null

-- column skill_rollup_days.b37
integer not null

-- column skill_rollup_days.b38
integer not null

-- column skill_rollup_days.b39
integer not null

-- column skill_rollup_days.day
date not null

-- column skill_rollup_days.first_at
timestamp with time zone not null

-- column skill_rollup_days.hard
bigint not null

-- column skill_rollup_days.last_at
timestamp with time zone not null

-- column skill_rollup_days.latency_max
integer

-- column skill_rollup_days.latency_min
integer

-- column skill_rollup_days.latency_n
bigint not null

-- column skill_rollup_days.latency_sum
bigint not null

-- column skill_rollup_days.n
bigint not null

-- column skill_rollup_days.ok
bigint not null

-- column skill_rollup_days.skill_id
text not null

-- column skill_rollup_days.soft
bigint not null

-- column skill_rollup_days.version
text not null

-- column skill_rollup_feedback.n
bigint not null

-- column skill_rollup_feedback.rated
bigint not null

-- column skill_rollup_feedback.rating_sum
bigint not null

-- column skill_rollup_feedback.skill_id
text not null

-- column skill_rollup_feedback.version
text not null

-- column skill_rollup_hours.hard
bigint not null

-- column skill_rollup_hours.hour
smallint not null

-- column skill_rollup_hours.latency_n
bigint not null

-- column skill_rollup_hours.latency_sum
bigint not null

-- column skill_rollup_hours.n
bigint not null

-- column skill_rollup_hours.ok
bigint not null

-- column skill_rollup_hours.skill_id
text not null

-- column skill_rollup_hours.soft
bigint not null

-- column skill_rollup_raters.skill_id
text not null

-- column skill_rollup_raters.user_id
uuid not null

-- column skill_rollup_sessions.events
integer not null

-- column skill_rollup_sessions.first_at
timestamp with time zone not null

-- column skill_rollup_sessions.last_at
timestamp with time zone not null

-- column skill_rollup_sessions.session_id
text not null

-- column skill_rollup_sessions.set_key
uuid

-- column skill_rollup_sessions.skills
text[] not null

-- column skill_rollup_sessions.state_key
bigint not null

-- column skill_rollup_sessions.successes
integer not null

-- column skill_rollup_sessions.user_id
uuid not null

-- column skill_rollup_sets.events
bigint not null

-- column skill_rollup_sets.first_at
timestamp with time zone not null

-- column skill_rollup_sets.last_at
timestamp with time zone not null

-- column skill_rollup_sets.sessions
bigint not null

-- column skill_rollup_sets.set_key
uuid not null

-- column skill_rollup_sets.skill_set
text[] not null

-- column skill_rollup_sets.state_key
bigint not null

-- column skill_rollup_sets.successes
bigint not null

-- column skill_rollup_sets.users
bigint not null

-- column skill_rollup_skill_states.hard
bigint not null

-- column skill_rollup_skill_states.latency_n
bigint not null

-- column skill_rollup_skill_states.latency_sum
bigint not null

-- column skill_rollup_skill_states.n
bigint not null

-- column skill_rollup_skill_states.ok
bigint not null

-- column skill_rollup_skill_states.skill_id
text not null

-- column skill_rollup_skill_states.soft
bigint not null

-- column skill_rollup_skill_states.state_key
bigint not null

-- column skill_rollup_skills.skill_id
text not null

-- column skill_rollup_skills.succeeded
bigint not null

-- column skill_rollup_skills.users
bigint not null

-- column skill_rollup_state.part_end
bigint

-- column skill_rollup_state.part_id
bigint

-- column skill_rollup_state.part_txid
bigint

-- column skill_rollup_state.pruned_before
timestamp with time zone

-- column skill_rollup_state.rolled
bigint not null default 0

-- column skill_rollup_state.sessions
bigint not null default 0

-- column skill_rollup_state.snapshot
txid_snapshot not null

-- column skill_rollup_state.source
text not null

-- column skill_rollup_state.stepped_at
timestamp with time zone

-- column skill_rollup_state.system_identifier
bigint not null

-- column skill_rollup_state.users
bigint not null default 0

-- column skill_rollup_state_days.day
date not null

-- column skill_rollup_state_days.hard
bigint not null

-- column skill_rollup_state_days.latency_n
bigint not null

-- column skill_rollup_state_days.latency_sum
bigint not null

-- column skill_rollup_state_days.n
bigint not null

-- column skill_rollup_state_days.ok
bigint not null

-- column skill_rollup_state_days.soft
bigint not null

-- column skill_rollup_state_days.state_key
bigint not null

-- column skill_rollup_states.element
text

-- column skill_rollup_states.realm
text

-- column skill_rollup_states.state_key
bigint not null

-- column skill_rollup_states.tier
text

-- column skill_rollup_tags.n
bigint not null

-- column skill_rollup_tags.skill_id
text not null

-- column skill_rollup_tags.tag
text not null

-- column skill_rollup_users.skill_id
text not null

-- column skill_rollup_users.succeeded
boolean not null

-- column skill_rollup_users.user_id
uuid not null

-- column skill_rollup_versions.b00
bigint not null

-- column skill_rollup_versions.b01
bigint not null

-- column skill_rollup_versions.b02
bigint not null

-- column skill_rollup_versions.b03
bigint not null

-- column skill_rollup_versions.b04
bigint not null

-- column skill_rollup_versions.b05
bigint not null

-- column skill_rollup_versions.b06
bigint not null

-- column skill_rollup_versions.b07
bigint not null

-- column skill_rollup_versions.b08
bigint not null

-- column skill_rollup_versions.b09
bigint not null

-- column skill_rollup_versions.b10
bigint not null

-- column skill_rollup_versions.b11
bigint not null

-- column skill_rollup_versions.b12
bigint not null

-- column skill_rollup_versions.b13
bigint not null

-- column skill_rollup_versions.b14
bigint not null

-- column skill_rollup_versions.b15
bigint not null

-- column skill_rollup_versions.b16
bigint not null

-- column skill_rollup_versions.b17
bigint not null

-- column skill_rollup_versions.b18
bigint not null

-- column skill_rollup_versions.b19
bigint not null

-- column skill_rollup_versions.b20
bigint not null

-- column skill_rollup_versions.b21
bigint not null

-- column skill_rollup_versions.b22
bigint not null

-- column skill_rollup_versions.b23
bigint not null

-- column skill_rollup_versions.b24
bigint not null

-- column skill_rollup_versions.b25
bigint not null

-- column skill_rollup_versions.b26
bigint not null

-- column skill_rollup_versions.b27
bigint not null

-- column skill_rollup_versions.b28
bigint not null

-- column skill_rollup_versions.b29
bigint not null

-- column skill_rollup_versions.b30
bigint not null

-- column skill_rollup_versions.b31
bigint not null

-- column skill_rollup_versions.b32
bigint not null

-- column skill_rollup_versions.b33
bigint not null

-- column skill_rollup_versions.b34
bigint not null

-- column skill_rollup_versions.b35
bigint not null

-- column skill_rollup_versions.b36
bigint not null

-- column skill_rollup_versions.b37
bigint not null

-- column skill_rollup_versions.b38
bigint not null

-- column skill_rollup_versions.b39
bigint not null

-- column skill_rollup_versions.first_at
timestamp with time zone not null

-- column skill_rollup_versions.hard
bigint not null

-- column skill_rollup_versions.last_at
timestamp with time zone not null

-- column skill_rollup_versions.latency_max
integer

-- column skill_rollup_versions.latency_min
integer

-- column skill_rollup_versions.latency_n
bigint not null

-- column skill_rollup_versions.latency_sum
bigint not null

-- column skill_rollup_versions.n
bigint not null

-- column skill_rollup_versions.ok
bigint not null

-- column skill_rollup_versions.skill_id
text not null

-- column skill_rollup_versions.soft
bigint not null

-- column skill_rollup_versions.version
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

-- column skill_usage_events.event_key
uuid

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

-- column skill_usage_events.txid
bigint not null default txid_current()

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

-- comment log_skill_usage_batch(uuid, jsonb, uuid, boolean)
Writes the events of one user, those that are there already left out, and returns how many were new

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

-- comment skill_usage_events.event_key
What the writer calls the event, to recognise it when it is sent again; NULL: nothing to recognise it by

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

-- comment skill_usage_unknown(uuid, jsonb)
Those of the events that log_skill_usage_batch has not written yet

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

-- constraint skill_rollup_days.skill_rollup_days_pkey
PRIMARY KEY (day, skill_id, version)

-- constraint skill_rollup_feedback.skill_rollup_feedback_pkey
PRIMARY KEY (skill_id, version)

-- constraint skill_rollup_hours.skill_rollup_hours_pkey
PRIMARY KEY (skill_id, hour)

-- constraint skill_rollup_raters.skill_rollup_raters_pkey
PRIMARY KEY (user_id, skill_id)

-- constraint skill_rollup_sessions.skill_rollup_sessions_pkey
PRIMARY KEY (user_id, session_id, state_key)

-- constraint skill_rollup_sets.skill_rollup_sets_pkey
PRIMARY KEY (set_key)

-- constraint skill_rollup_skill_states.skill_rollup_skill_states_pkey
PRIMARY KEY (skill_id, state_key)

-- constraint skill_rollup_skills.skill_rollup_skills_pkey
PRIMARY KEY (skill_id)

-- constraint skill_rollup_state.skill_rollup_state_pkey
PRIMARY KEY (source)

-- constraint skill_rollup_state_days.skill_rollup_state_days_pkey
PRIMARY KEY (day, state_key)

-- constraint skill_rollup_states.skill_rollup_states_pkey
PRIMARY KEY (state_key)

-- constraint skill_rollup_tags.skill_rollup_tags_pkey
PRIMARY KEY (skill_id, tag)

-- constraint skill_rollup_users.skill_rollup_users_pkey
PRIMARY KEY (user_id, skill_id)

-- constraint skill_rollup_versions.skill_rollup_versions_pkey
PRIMARY KEY (skill_id, version)

-- constraint skill_unlocks.skill_unlocks_pkey
PRIMARY KEY (user_id, skill_id)

-- constraint skill_usage_events.skill_usage_events_pkey
PRIMARY KEY (id)

-- constraint skills_registry.skills_registry_pkey
PRIMARY KEY (skill_id)

-- constraint skills_registry.skills_registry_trust_level_check
CHECK (trust_level >= 1 AND trust_level <= 5)

-- function forget_skill_user(uuid)
arguments p_user_id uuid
returns jsonb
language plpgsql
volatile
set search_path=<schema>, pg_temp
as

DECLARE
  v_events    skill_rollup_state;
  v_feedback  skill_rollup_state;
  v_buckets   text;
  v_counts    text;
  v_minus     text;
  v_rolled    text := '(txid_visible_in_snapshot(txid, %L) OR txid = coalesce(%L, -1) AND id <= coalesce(%L, 0))';
  v_counted   bigint;
  v_sessions  bigint;
  v_dirty     uuid[];
  n_events    bigint;
  n_feedback  bigint;
  n_unlocks   bigint;
  n_pairs     bigint;
  n_sessions  bigint;
  n_raters    bigint;
BEGIN
  PERFORM FROM skill_rollup_state ORDER BY source FOR UPDATE;
  SELECT * INTO v_events FROM skill_rollup_state WHERE source = 'events';
  SELECT * INTO v_feedback FROM skill_rollup_state WHERE source = 'feedback';
  IF v_events.system_identifier <> (SELECT system_identifier FROM pg_control_system()) THEN
    RETURN '{"state": "foreign"}';
  END IF;
  SELECT string_agg(format('count(*) FILTER (WHERE bucket = %1$s) AS %2$s', i, b), ', ' ORDER BY i),
         string_agg(format('%1$s = d.%1$s - x.%1$s', b), ', ' ORDER BY i), string_agg(format('sum(%1$s) AS %1$s', b), ', ' ORDER BY i)
    INTO v_counts, v_minus, v_buckets
  FROM (SELECT i, 'b' || lpad(i::text, 2, '0') AS b FROM generate_series(0, 39) AS i) AS buckets;

  EXECUTE format($sql$
    WITH mine AS MATERIALIZED (
      SELECT skill_id, version, latency_ms, (created_at AT TIME ZONE 'UTC')::date AS day,
        CASE WHEN isfinite(created_at) THEN ((floor(date_part('epoch', created_at) / 3600)::bigint + 72) %% 168 + 168) %% 168 END::smallint AS hour,
        outcome = 'success' AS ok, outcome = 'soft_fail' AS soft, outcome = 'hard_refusal' AS hard,
        width_bucket(latency_ms, skill_latency_bounds()) AS bucket,
        hashtextextended(jsonb_build_array(coalesce(state_snapshot->>'tier', tier), state_snapshot->>'element', state_snapshot->>'realm')::text
          COLLATE "C", 0) AS state_key
      FROM skill_usage_events WHERE user_id = $1 AND %1$s
    ),
    days AS MATERIALIZED (
      SELECT day, skill_id, version, count(*) AS n, count(*) FILTER (WHERE ok) AS ok, count(*) FILTER (WHERE soft) AS soft,
        count(*) FILTER (WHERE hard) AS hard, count(latency_ms) AS latency_n, coalesce(sum(latency_ms), 0) AS latency_sum, %2$s
      FROM mine GROUP BY day, skill_id, version
    ),
    put_days AS (
      UPDATE skill_rollup_days d SET n = d.n - x.n, ok = d.ok - x.ok, soft = d.soft - x.soft, hard = d.hard - x.hard,
        latency_n = d.latency_n - x.latency_n, latency_sum = d.latency_sum - x.latency_sum, %3$s
      FROM days x WHERE d.day = x.day AND d.skill_id = x.skill_id AND d.version = x.version
    ),
    put_versions AS (
      UPDATE skill_rollup_versions d SET n = d.n - x.n, ok = d.ok - x.ok, soft = d.soft - x.soft, hard = d.hard - x.hard,
        latency_n = d.latency_n - x.latency_n, latency_sum = d.latency_sum - x.latency_sum, %3$s
      FROM (SELECT skill_id, version, sum(n) AS n, sum(ok) AS ok, sum(soft) AS soft, sum(hard) AS hard, sum(latency_n) AS latency_n,
              sum(latency_sum) AS latency_sum, %4$s FROM days GROUP BY skill_id, version) AS x
      WHERE d.skill_id = x.skill_id AND d.version = x.version
    ),
    sums AS MATERIALIZED (
      SELECT day, skill_id, state_key, hour, count(*) AS n, count(*) FILTER (WHERE ok) AS ok, count(*) FILTER (WHERE soft) AS soft,
        count(*) FILTER (WHERE hard) AS hard, count(latency_ms) AS latency_n, coalesce(sum(latency_ms), 0) AS latency_sum
      FROM mine GROUP BY GROUPING SETS ((day, state_key), (skill_id, state_key), (skill_id, hour))
    ),
    put_state_days AS (
      UPDATE skill_rollup_state_days d SET n = d.n - x.n, ok = d.ok - x.ok, soft = d.soft - x.soft, hard = d.hard - x.hard,
        latency_n = d.latency_n - x.latency_n, latency_sum = d.latency_sum - x.latency_sum
      FROM sums x WHERE x.skill_id IS NULL AND d.day = x.day AND d.state_key = x.state_key
    ),
    put_skill_states AS (
      UPDATE skill_rollup_skill_states d SET n = d.n - x.n, ok = d.ok - x.ok, soft = d.soft - x.soft, hard = d.hard - x.hard,
        latency_n = d.latency_n - x.latency_n, latency_sum = d.latency_sum - x.latency_sum
      FROM sums x WHERE x.day IS NULL AND d.skill_id = x.skill_id AND d.state_key = x.state_key
    ),
    put_hours AS (
      UPDATE skill_rollup_hours d SET n = d.n - x.n, ok = d.ok - x.ok, soft = d.soft - x.soft, hard = d.hard - x.hard,
        latency_n = d.latency_n - x.latency_n, latency_sum = d.latency_sum - x.latency_sum
      FROM sums x WHERE x.state_key IS NULL AND d.skill_id = x.skill_id AND d.hour = x.hour
    )
    SELECT count(*) FROM mine
  $sql$, format(v_rolled, v_events.snapshot, v_events.part_txid, v_events.part_id), v_counts, v_minus, v_buckets) INTO v_counted USING p_user_id;
  DELETE FROM skill_rollup_state_days WHERE n = 0;
  DELETE FROM skill_rollup_skill_states WHERE n = 0;
  DELETE FROM skill_rollup_hours WHERE n = 0;
  DELETE FROM skill_rollup_days WHERE n = 0;
  DELETE FROM skill_rollup_versions WHERE n = 0;
  DELETE FROM skill_rollup_states s WHERE NOT EXISTS (SELECT FROM skill_rollup_state_days d WHERE d.state_key = s.state_key);

  -- first, last, least and most cannot be subtracted: they are read from the events that stay
  EXECUTE format($sql$
    WITH touched AS MATERIALIZED (
      SELECT DISTINCT (created_at AT TIME ZONE 'UTC')::date AS day, skill_id, version FROM skill_usage_events WHERE user_id = $1
    )
    UPDATE skill_rollup_days d SET first_at = x.first_at, last_at = x.last_at, latency_min = x.latency_min, latency_max = x.latency_max
    FROM touched t, LATERAL (
      SELECT min(created_at) AS first_at, max(created_at) AS last_at, min(latency_ms) AS latency_min, max(latency_ms) AS latency_max
      FROM skill_usage_events e
      WHERE e.skill_id = t.skill_id AND e.version = t.version AND e.user_id <> $1 AND %s
        AND (t.day IN ('infinity', '-infinity') OR e.created_at >= t.day::timestamp AT TIME ZONE 'UTC' AND e.created_at < (t.day + 1)::timestamp AT TIME ZONE 'UTC')
        AND (e.created_at AT TIME ZONE 'UTC')::date = t.day
    ) AS x
    WHERE d.day = t.day AND d.skill_id = t.skill_id AND d.version = t.version AND x.first_at IS NOT NULL
      AND d.day >= coalesce($2, '-infinity')
  $sql$, format(v_rolled, v_events.snapshot, v_events.part_txid, v_events.part_id))
  USING p_user_id, (v_events.pruned_before AT TIME ZONE 'UTC')::date;
  UPDATE skill_rollup_versions v SET first_at = x.first_at, last_at = x.last_at, latency_min = x.latency_min, latency_max = x.latency_max
  FROM (
    SELECT skill_id, version, min(first_at) AS first_at, max(last_at) AS last_at, min(latency_min) AS latency_min, max(latency_max) AS latency_max
    FROM skill_rollup_days
    WHERE (skill_id, version) IN (SELECT DISTINCT skill_id, version FROM skill_usage_events WHERE user_id = p_user_id)
    GROUP BY skill_id, version
  ) AS x
  WHERE v.skill_id = x.skill_id AND v.version = x.version;

  UPDATE skill_rollup_skills d SET users = d.users - 1, succeeded = d.succeeded - u.succeeded::integer
  FROM skill_rollup_users u WHERE u.user_id = p_user_id AND u.skill_id = d.skill_id;
  DELETE FROM skill_rollup_skills WHERE users = 0;
  DELETE FROM skill_rollup_users WHERE user_id = p_user_id;
  GET DIAGNOSTICS n_pairs = ROW_COUNT;
  SELECT array_agg(DISTINCT set_key) FILTER (WHERE set_key IS NOT NULL), count(DISTINCT session_id) INTO v_dirty, v_sessions
  FROM skill_rollup_sessions WHERE user_id = p_user_id;
  DELETE FROM skill_rollup_sessions WHERE user_id = p_user_id;
  GET DIAGNOSTICS n_sessions = ROW_COUNT;
  PERFORM skill_rollup_recount_sets(coalesce(v_dirty, '{}'));
  UPDATE skill_rollup_state SET rolled = rolled - v_counted, users = users - (n_pairs > 0)::integer, sessions = sessions - v_sessions
  WHERE source = 'events';

  EXECUTE format($sql$
    WITH mine AS MATERIALIZED (SELECT skill_id, version, rating, tags FROM skill_feedback WHERE user_id = $1 AND %s),
    put_feedback AS (
      UPDATE skill_rollup_feedback d SET n = d.n - x.n, rated = d.rated - x.rated, rating_sum = d.rating_sum - x.rating_sum
      FROM (SELECT skill_id, version, count(*) AS n, count(rating) AS rated, coalesce(sum(rating), 0) AS rating_sum FROM mine GROUP BY 1, 2) AS x
      WHERE d.skill_id = x.skill_id AND d.version = x.version
    ),
    put_tags AS (
      UPDATE skill_rollup_tags d SET n = d.n - x.n
      FROM (SELECT skill_id, tag, count(*) AS n FROM mine, unnest(tags) AS tag GROUP BY 1, 2) AS x
      WHERE d.skill_id = x.skill_id AND d.tag = x.tag
    )
    SELECT count(*) FROM mine
  $sql$, format(v_rolled, v_feedback.snapshot, v_feedback.part_txid, v_feedback.part_id)) INTO v_counted USING p_user_id;
  DELETE FROM skill_rollup_feedback WHERE n = 0;
  DELETE FROM skill_rollup_tags WHERE n = 0;
  DELETE FROM skill_rollup_raters WHERE user_id = p_user_id;
  GET DIAGNOSTICS n_raters = ROW_COUNT;
  UPDATE skill_rollup_state SET rolled = rolled - v_counted WHERE source = 'feedback';

  DELETE FROM skill_usage_events WHERE user_id = p_user_id;
  GET DIAGNOSTICS n_events = ROW_COUNT;
  DELETE FROM skill_feedback WHERE user_id = p_user_id;
  GET DIAGNOSTICS n_feedback = ROW_COUNT;
  DELETE FROM skill_unlocks WHERE user_id = p_user_id;
  GET DIAGNOSTICS n_unlocks = ROW_COUNT;
  RETURN jsonb_build_object('skill_usage_events', n_events, 'skill_feedback', n_feedback, 'skill_unlocks', n_unlocks,
    'skill_rollup_users', n_pairs, 'skill_rollup_sessions', n_sessions, 'skill_rollup_raters', n_raters);
END;

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

-- function log_skill_usage_batch(uuid, jsonb, uuid, boolean)
arguments p_user_id uuid, p_events jsonb, p_batch uuid DEFAULT NULL::uuid, p_may_repeat boolean DEFAULT true
returns integer
language plpgsql
volatile
security definer
set search_path=<schema>, pg_temp
as

DECLARE
  v_written integer;
BEGIN
  IF p_batch IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended(p_batch::text, 0));
  END IF;

  IF jsonb_typeof(p_events->0) = 'object' THEN
    SELECT jsonb_agg(jsonb_build_array(
        e->'session_id', e->'skill_id', e->'version', e->'tier', e->'outcome', e->'latency_ms', e->'input_hash', e->'state_snapshot',
        e->'artifacts', e->'created_at', e->'event_key'
      )) INTO p_events
    FROM jsonb_array_elements(p_events) AS e;
  END IF;
  IF p_may_repeat THEN
    p_events := skill_usage_unknown(p_user_id, p_events);
  END IF;

  INSERT INTO skill_usage_events (
    user_id, session_id, skill_id, version, tier, outcome, latency_ms, input_hash, state_snapshot, artifacts, created_at, event_key
  )
  SELECT
    p_user_id, e->>0, e->>1, e->>2, e->>3, e->>4, (e->>5)::integer, e->>6,
    coalesce(nullif(e->7, 'null'), '{}'), coalesce(nullif(e->8, 'null'), '{}'), coalesce((e->>9)::timestamptz, now()), (e->>10)::uuid
  FROM jsonb_array_elements(p_events) AS e;

  GET DIAGNOSTICS v_written = ROW_COUNT;
  RETURN v_written;
END;

-- function skill_latency_bounds()
arguments 
returns integer[]
language sql
immutable
parallel safe
as

  SELECT ARRAY[4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512, 724, 1024, 1448, 2048, 2896, 4096, 5793, 8192,
    11585, 16384, 23170, 32768, 46341, 65536, 92682, 131072, 185364, 262144, 370728, 524288, 741455, 1048576, 1482910, 2097152]

-- function skill_rollup_adopt(integer)
arguments p_max_rows integer
returns bigint
language plpgsql
volatile
set search_path=<schema>, pg_temp
as

DECLARE
  v_limit bigint := txid_current();
  v_rows  bigint;
  v_more  bigint;
BEGIN
  UPDATE skill_usage_events SET txid = v_limit
  WHERE ctid = ANY (ARRAY(SELECT ctid FROM skill_usage_events
                          WHERE txid > v_limit AND txid >= txid_snapshot_xmax(txid_current_snapshot()) LIMIT p_max_rows));
  GET DIAGNOSTICS v_rows = ROW_COUNT;
  UPDATE skill_feedback SET txid = v_limit
  WHERE ctid = ANY (ARRAY(SELECT ctid FROM skill_feedback
                          WHERE txid > v_limit AND txid >= txid_snapshot_xmax(txid_current_snapshot()) LIMIT p_max_rows));
  GET DIAGNOSTICS v_more = ROW_COUNT;
  RETURN v_rows + v_more;
END;

-- function skill_rollup_events(integer, boolean)
arguments p_max_rows integer DEFAULT 100000, p_wait boolean DEFAULT true
returns jsonb
language plpgsql
volatile
set search_path=<schema>, pg_temp, set work_mem=64MB, set jit=off, set enable_bitmapscan=off
as

DECLARE
  v_state    skill_rollup_state;
  v_window   record;
  v_buckets  text; -- b00, b01, ...
  v_counts   text; -- count(*) FILTER (WHERE bucket = 0), ...
  v_sums     text; -- sum(b00), ...
  v_adds     text; -- b00 = d.b00 + excluded.b00, ...
  v_rows     bigint;
  v_users    bigint;
  v_sessions bigint;
  v_quiet    bigint;
  v_dirty    uuid[];
BEGIN
  IF p_wait THEN
    SELECT * INTO v_state FROM skill_rollup_state WHERE source = 'events' FOR UPDATE;
  ELSE
    SELECT * INTO v_state FROM skill_rollup_state WHERE source = 'events' FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
      RETURN '{"state": "busy"}';
    END IF;
  END IF;
  IF v_state.system_identifier <> (SELECT system_identifier FROM pg_control_system()) THEN
    RETURN '{"state": "foreign"}';
  END IF;
  SELECT * INTO v_window FROM skill_rollup_window('skill_usage_events', v_state, p_max_rows);

  SELECT string_agg(b, ', ' ORDER BY i), string_agg(format('count(*) FILTER (WHERE bucket = %s)', i), ', ' ORDER BY i),
         string_agg(format('sum(%s)', b), ', ' ORDER BY i), string_agg(format('%1$s = d.%1$s + excluded.%1$s', b), ', ' ORDER BY i)
    INTO v_buckets, v_counts, v_sums, v_adds
  FROM (SELECT i, 'b' || lpad(i::text, 2, '0') AS b FROM generate_series(0, 39) AS i) AS buckets;

  -- Lookups in the big tables are written as subqueries with a limit, which keeps them on the index whatever the
  -- planner thinks of the number of rows. What is there already is looked up once; as there is one step at a time, the rest
  -- can be inserted without ON CONFLICT, which looks again and locks each row before it changes it.
  EXECUTE format($sql$
    WITH events AS (
      SELECT user_id, session_id, skill_id, version, latency_ms, created_at,
        (created_at AT TIME ZONE 'UTC')::date AS day,
        CASE WHEN isfinite(created_at) THEN ((floor(date_part('epoch', created_at) / 3600)::bigint + 72) %% 168 + 168) %% 168 END::smallint AS hour,
        outcome = 'success' AS ok, outcome = 'soft_fail' AS soft, outcome = 'hard_refusal' AS hard,
        width_bucket(latency_ms, skill_latency_bounds()) AS bucket,
        coalesce(state_snapshot->>'tier', tier) AS tier, state_snapshot->>'element' AS element, state_snapshot->>'realm' AS realm
      FROM skill_usage_events
      WHERE %1$s
    ),
    rows AS MATERIALIZED (
      SELECT *, hashtextextended(jsonb_build_array(tier, element, realm)::text COLLATE "C", 0) AS state_key FROM events
    ),

    days AS (
      SELECT day, skill_id, version, count(*) AS n, count(*) FILTER (WHERE ok) AS ok, count(*) FILTER (WHERE soft) AS soft,
        count(*) FILTER (WHERE hard) AS hard, count(latency_ms) AS latency_n, coalesce(sum(latency_ms), 0) AS latency_sum,
        min(latency_ms) AS latency_min, max(latency_ms) AS latency_max, min(created_at) AS first_at, max(created_at) AS last_at, %2$s
      FROM rows GROUP BY day, skill_id, version
    ),
    days_named (day, skill_id, version, n, ok, soft, hard, latency_n, latency_sum, latency_min, latency_max, first_at, last_at, %3$s) AS MATERIALIZED (
      SELECT * FROM days
    ),
    put_days AS (
      INSERT INTO skill_rollup_days AS d (day, skill_id, version, n, ok, soft, hard, latency_n, latency_sum, latency_min, latency_max, first_at, last_at, %3$s)
      SELECT * FROM days_named
      ON CONFLICT (day, skill_id, version) DO UPDATE SET
        n = d.n + excluded.n, ok = d.ok + excluded.ok, soft = d.soft + excluded.soft, hard = d.hard + excluded.hard,
        latency_n = d.latency_n + excluded.latency_n, latency_sum = d.latency_sum + excluded.latency_sum,
        latency_min = least(d.latency_min, excluded.latency_min), latency_max = greatest(d.latency_max, excluded.latency_max),
        first_at = least(d.first_at, excluded.first_at), last_at = greatest(d.last_at, excluded.last_at), %5$s
    ),
    put_versions AS (
      INSERT INTO skill_rollup_versions AS d (skill_id, version, n, ok, soft, hard, latency_n, latency_sum, latency_min, latency_max, first_at, last_at, %3$s)
      SELECT skill_id, version, sum(n), sum(ok), sum(soft), sum(hard), sum(latency_n), sum(latency_sum), min(latency_min), max(latency_max),
        min(first_at), max(last_at), %4$s
      FROM days_named GROUP BY skill_id, version
      ON CONFLICT (skill_id, version) DO UPDATE SET
        n = d.n + excluded.n, ok = d.ok + excluded.ok, soft = d.soft + excluded.soft, hard = d.hard + excluded.hard,
        latency_n = d.latency_n + excluded.latency_n, latency_sum = d.latency_sum + excluded.latency_sum,
        latency_min = least(d.latency_min, excluded.latency_min), latency_max = greatest(d.latency_max, excluded.latency_max),
        first_at = least(d.first_at, excluded.first_at), last_at = greatest(d.last_at, excluded.last_at), %5$s
    ),

    mixed AS MATERIALIZED (
      SELECT day, skill_id, state_key, count(*) AS n, count(*) FILTER (WHERE ok) AS ok, count(*) FILTER (WHERE soft) AS soft,
        count(*) FILTER (WHERE hard) AS hard, count(latency_ms) AS latency_n, coalesce(sum(latency_ms), 0) AS latency_sum
      FROM rows GROUP BY day, skill_id, state_key
    ),
    new_states AS MATERIALIZED (
      SELECT state_key FROM (SELECT DISTINCT state_key FROM mixed) AS seen
      WHERE (SELECT 1 FROM skill_rollup_states s WHERE s.state_key = seen.state_key LIMIT 1) IS NULL
    ),
    put_states AS (
      INSERT INTO skill_rollup_states (state_key, tier, element, realm)
      SELECT DISTINCT ON (state_key) state_key, tier, element, realm FROM rows WHERE state_key IN (SELECT state_key FROM new_states)
    ),
    state_days AS MATERIALIZED (
      SELECT m.*, old.ctid AS old_row FROM (
        SELECT day, state_key, sum(n) AS n, sum(ok) AS ok, sum(soft) AS soft, sum(hard) AS hard, sum(latency_n) AS latency_n,
          sum(latency_sum) AS latency_sum
        FROM mixed GROUP BY day, state_key
      ) AS m
      LEFT JOIN LATERAL (
        SELECT d.ctid FROM skill_rollup_state_days d WHERE d.day = m.day AND d.state_key = m.state_key LIMIT 1
      ) AS old ON true
    ),
    put_new_state_days AS (
      INSERT INTO skill_rollup_state_days (day, state_key, n, ok, soft, hard, latency_n, latency_sum)
      SELECT day, state_key, n, ok, soft, hard, latency_n, latency_sum FROM state_days WHERE old_row IS NULL
    ),
    put_state_days AS (
      UPDATE skill_rollup_state_days d SET n = d.n + x.n, ok = d.ok + x.ok, soft = d.soft + x.soft, hard = d.hard + x.hard,
        latency_n = d.latency_n + x.latency_n, latency_sum = d.latency_sum + x.latency_sum
      FROM state_days x WHERE d.ctid = x.old_row
    ),
    skill_states AS MATERIALIZED (
      SELECT m.*, old.ctid AS old_row FROM (
        SELECT skill_id, state_key, sum(n) AS n, sum(ok) AS ok, sum(soft) AS soft, sum(hard) AS hard, sum(latency_n) AS latency_n,
          sum(latency_sum) AS latency_sum
        FROM mixed GROUP BY skill_id, state_key
      ) AS m
      LEFT JOIN LATERAL (
        SELECT d.ctid FROM skill_rollup_skill_states d WHERE d.skill_id = m.skill_id AND d.state_key = m.state_key LIMIT 1
      ) AS old ON true
    ),
    put_new_skill_states AS (
      INSERT INTO skill_rollup_skill_states (skill_id, state_key, n, ok, soft, hard, latency_n, latency_sum)
      SELECT skill_id, state_key, n, ok, soft, hard, latency_n, latency_sum FROM skill_states WHERE old_row IS NULL
    ),
    put_skill_states AS (
      UPDATE skill_rollup_skill_states d SET n = d.n + x.n, ok = d.ok + x.ok, soft = d.soft + x.soft, hard = d.hard + x.hard,
        latency_n = d.latency_n + x.latency_n, latency_sum = d.latency_sum + x.latency_sum
      FROM skill_states x WHERE d.ctid = x.old_row
    ),
    hours AS MATERIALIZED (
      SELECT m.*, old.ctid AS old_row FROM (
        SELECT skill_id, hour, count(*) AS n, count(*) FILTER (WHERE ok) AS ok, count(*) FILTER (WHERE soft) AS soft,
          count(*) FILTER (WHERE hard) AS hard, count(latency_ms) AS latency_n, coalesce(sum(latency_ms), 0) AS latency_sum
        FROM rows WHERE hour IS NOT NULL GROUP BY skill_id, hour
      ) AS m
      LEFT JOIN LATERAL (
        SELECT d.ctid FROM skill_rollup_hours d WHERE d.skill_id = m.skill_id AND d.hour = m.hour LIMIT 1
      ) AS old ON true
    ),
    put_new_hours AS (
      INSERT INTO skill_rollup_hours (skill_id, hour, n, ok, soft, hard, latency_n, latency_sum)
      SELECT skill_id, hour, n, ok, soft, hard, latency_n, latency_sum FROM hours WHERE old_row IS NULL
    ),
    put_hours AS (
      UPDATE skill_rollup_hours d SET n = d.n + x.n, ok = d.ok + x.ok, soft = d.soft + x.soft, hard = d.hard + x.hard,
        latency_n = d.latency_n + x.latency_n, latency_sum = d.latency_sum + x.latency_sum
      FROM hours x WHERE d.ctid = x.old_row
    ),

    pairs AS MATERIALIZED (
      SELECT p.user_id, p.skill_id, p.succeeded, u.ctid AS old_row, u.succeeded AS had_succeeded
      FROM (SELECT user_id, skill_id, bool_or(ok) AS succeeded FROM rows GROUP BY user_id, skill_id ORDER BY user_id, skill_id) AS p
      LEFT JOIN LATERAL (
        SELECT s.ctid, s.succeeded FROM skill_rollup_users s WHERE s.user_id = p.user_id AND s.skill_id = p.skill_id LIMIT 1
      ) AS u ON true
    ),
    put_pairs AS (
      INSERT INTO skill_rollup_users (user_id, skill_id, succeeded)
      SELECT user_id, skill_id, succeeded FROM pairs WHERE old_row IS NULL
    ),
    put_successes AS (
      UPDATE skill_rollup_users SET succeeded = true
      WHERE ctid = ANY (ARRAY(SELECT old_row FROM pairs WHERE succeeded AND NOT had_succeeded))
    ),
    put_skills AS (
      INSERT INTO skill_rollup_skills AS d (skill_id, users, succeeded)
      SELECT skill_id, count(*) FILTER (WHERE old_row IS NULL), count(*) FILTER (WHERE succeeded AND had_succeeded IS NOT TRUE)
      FROM pairs WHERE old_row IS NULL OR succeeded AND NOT had_succeeded
      GROUP BY skill_id
      ON CONFLICT (skill_id) DO UPDATE SET users = d.users + excluded.users, succeeded = d.succeeded + excluded.succeeded
    ),
    new_users AS (
      SELECT count(*) AS n FROM (SELECT DISTINCT user_id FROM pairs WHERE old_row IS NULL) AS seen
      WHERE (SELECT 1 FROM skill_rollup_users u WHERE u.user_id = seen.user_id LIMIT 1) IS NULL
    ),

    quiet AS MATERIALIZED (
      SELECT user_id, session_id, state_key FROM skill_rollup_sessions
      WHERE set_key IS NULL AND cardinality(skills) >= 2 AND last_at < now() - interval '30 minutes'
      ORDER BY last_at LIMIT %6$s
    ),
    -- sorting in C order what arrives in any order costs more than all the rest: it is done once, for closed sessions
    touched AS MATERIALIZED (
      SELECT user_id, session_id, state_key, array_agg(skill_id) FILTER (WHERE ok) AS skills,
        count(ok) AS events, count(*) FILTER (WHERE ok) AS successes, min(created_at) AS first_at, max(created_at) AS last_at
      FROM (
        SELECT user_id, session_id, state_key, skill_id, ok, created_at FROM rows WHERE session_id IS NOT NULL
        UNION ALL
        SELECT user_id, session_id, state_key, NULL, NULL, NULL FROM quiet
      ) AS moves
      GROUP BY user_id, session_id, state_key ORDER BY user_id
    ),
    merged AS MATERIALIZED (
      SELECT g.user_id, g.session_id, g.state_key, old.set_key AS old_key, old.user_id IS NULL AS is_new,
        coalesce(old.events, 0) + g.events AS events, coalesce(old.successes, 0) + g.successes AS successes,
        least(old.first_at, g.first_at) AS first_at, greatest(old.last_at, g.last_at) AS last_at,
        CASE
          WHEN old.user_id IS NULL AND g.successes <= 1 THEN coalesce(g.skills, '{}')
          ELSE ARRAY(
            SELECT DISTINCT skill COLLATE "C"
            FROM unnest(coalesce((SELECT t.skill_set FROM skill_rollup_sets t WHERE t.set_key = old.set_key), old.skills) || g.skills) AS skill
            ORDER BY skill COLLATE "C"
          )
        END AS skills
      FROM touched g
      LEFT JOIN LATERAL (
        SELECT * FROM skill_rollup_sessions s
        WHERE s.user_id = g.user_id AND s.session_id = g.session_id AND s.state_key = g.state_key
        LIMIT 1
      ) AS old ON true
    ),
    sessions AS MATERIALIZED (
      SELECT *,
        CASE WHEN cardinality(skills) >= 2 AND last_at < now() - interval '30 minutes'
          THEN encode(substr(sha256(convert_to(state_key::text || array_to_json(skills)::text, 'UTF8')), 1, 16), 'hex')::uuid
        END AS set_key
      FROM merged
    ),
    put_new_sessions AS (
      INSERT INTO skill_rollup_sessions (user_id, session_id, state_key, set_key, events, successes, first_at, last_at, skills)
      SELECT user_id, session_id, state_key, set_key, events, successes, first_at, last_at, CASE WHEN set_key IS NULL THEN skills ELSE '{}' END
      FROM sessions WHERE is_new
    ),
    put_sessions AS (
      INSERT INTO skill_rollup_sessions (user_id, session_id, state_key, set_key, events, successes, first_at, last_at, skills)
      SELECT user_id, session_id, state_key, set_key, events, successes, first_at, last_at, CASE WHEN set_key IS NULL THEN skills ELSE '{}' END
      FROM sessions WHERE NOT is_new
      ON CONFLICT (user_id, session_id, state_key) DO UPDATE SET
        set_key = excluded.set_key, events = excluded.events, successes = excluded.successes, first_at = excluded.first_at,
        last_at = excluded.last_at, skills = excluded.skills
    ),
    set_users AS (
      SELECT set_key, user_id, state_key, min(skills) AS skill_set, count(*) AS sessions, sum(events) AS events, sum(successes) AS successes,
        min(first_at) AS first_at, max(last_at) AS last_at
      FROM sessions WHERE set_key IS NOT NULL GROUP BY set_key, user_id, state_key
    ),
    sets AS MATERIALIZED (
      SELECT c.*, (SELECT 1 FROM skill_rollup_sets s WHERE s.set_key = c.set_key LIMIT 1) IS NULL AS is_new
      FROM (
        SELECT set_key, state_key, sum(sessions)::bigint AS sessions, count(*) AS users, array_agg(user_id) AS user_ids,
          sum(events)::bigint AS events, sum(successes)::bigint AS successes, min(first_at) AS first_at, max(last_at) AS last_at,
          min(skill_set) AS skill_set
        FROM set_users GROUP BY set_key, state_key ORDER BY set_key
      ) AS c
    ),
    put_new_sets AS (
      INSERT INTO skill_rollup_sets (set_key, state_key, sessions, users, events, successes, first_at, last_at, skill_set)
      SELECT set_key, state_key, sessions, users, events, successes, first_at, last_at, skill_set FROM sets WHERE is_new
    ),
    put_sets AS (
      INSERT INTO skill_rollup_sets AS d (set_key, state_key, sessions, users, events, successes, first_at, last_at, skill_set)
      SELECT set_key, state_key, sessions,
        (SELECT count(*) FROM unnest(c.user_ids) AS u (user_id)
         WHERE (SELECT 1 FROM skill_rollup_sessions s WHERE s.set_key = c.set_key AND s.user_id = u.user_id LIMIT 1) IS NULL),
        events, successes, first_at, last_at, skill_set
      FROM sets c WHERE NOT is_new
      ON CONFLICT (set_key) DO UPDATE SET
        sessions = d.sessions + excluded.sessions, users = d.users + excluded.users, events = d.events + excluded.events,
        successes = d.successes + excluded.successes, first_at = least(d.first_at, excluded.first_at), last_at = greatest(d.last_at, excluded.last_at)
    ),
    new_sessions AS (
      SELECT count(*) AS n FROM (SELECT DISTINCT user_id, session_id FROM sessions WHERE is_new) AS seen
      WHERE (SELECT 1 FROM skill_rollup_sessions s WHERE s.user_id = seen.user_id AND s.session_id = seen.session_id LIMIT 1) IS NULL
    )
    SELECT (SELECT count(*) FROM rows), (SELECT n FROM new_users), (SELECT n FROM new_sessions), (SELECT count(*) FROM quiet),
      ARRAY(SELECT DISTINCT old_key FROM sessions WHERE old_key IS NOT NULL)
  $sql$, v_window.predicate, v_counts, v_buckets, v_sums, v_adds, p_max_rows)
  INTO v_rows, v_users, v_sessions, v_quiet, v_dirty;

  PERFORM skill_rollup_recount_sets(v_dirty);

  UPDATE skill_rollup_state SET
    snapshot = v_window.snapshot, part_txid = v_window.part_txid, part_id = v_window.part_id, part_end = v_window.part_end, stepped_at = now(),
    rolled = rolled + v_rows, users = users + v_users, sessions = sessions + v_sessions
  WHERE source = 'events';
  RETURN jsonb_build_object('rows', v_rows, 'more', v_window.more OR v_quiet >= p_max_rows);
END;

-- function skill_rollup_feedback(integer, boolean)
arguments p_max_rows integer DEFAULT 100000, p_wait boolean DEFAULT true
returns jsonb
language plpgsql
volatile
set search_path=<schema>, pg_temp
as

DECLARE
  v_state  skill_rollup_state;
  v_window record;
  v_rows   bigint;
BEGIN
  IF p_wait THEN
    SELECT * INTO v_state FROM skill_rollup_state WHERE source = 'feedback' FOR UPDATE;
  ELSE
    SELECT * INTO v_state FROM skill_rollup_state WHERE source = 'feedback' FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
      RETURN '{"state": "busy"}';
    END IF;
  END IF;
  IF v_state.system_identifier <> (SELECT system_identifier FROM pg_control_system()) THEN
    RETURN '{"state": "foreign"}';
  END IF;
  SELECT * INTO v_window FROM skill_rollup_window('skill_feedback', v_state, p_max_rows);

  EXECUTE format($sql$
    WITH rows AS MATERIALIZED (
      SELECT user_id, skill_id, version, rating, tags FROM skill_feedback WHERE %s
    ),
    put_feedback AS (
      INSERT INTO skill_rollup_feedback AS d (skill_id, version, n, rated, rating_sum)
      SELECT skill_id, version, count(*), count(rating), coalesce(sum(rating), 0) FROM rows GROUP BY skill_id, version
      ON CONFLICT (skill_id, version) DO UPDATE SET
        n = d.n + excluded.n, rated = d.rated + excluded.rated, rating_sum = d.rating_sum + excluded.rating_sum
    ),
    put_tags AS (
      INSERT INTO skill_rollup_tags AS d (skill_id, tag, n)
      SELECT skill_id, tag, count(*) FROM rows, unnest(tags) AS tag WHERE tag IS NOT NULL GROUP BY skill_id, tag
      ON CONFLICT (skill_id, tag) DO UPDATE SET n = d.n + excluded.n
    ),
    put_raters AS (
      INSERT INTO skill_rollup_raters (user_id, skill_id)
      SELECT DISTINCT user_id, skill_id FROM rows WHERE rating IS NOT NULL
      ON CONFLICT (user_id, skill_id) DO NOTHING
    )
    SELECT count(*) FROM rows
  $sql$, v_window.predicate) INTO v_rows;

  UPDATE skill_rollup_state SET
    snapshot = v_window.snapshot, part_txid = v_window.part_txid, part_id = v_window.part_id, part_end = v_window.part_end, stepped_at = now(), rolled = rolled + v_rows
  WHERE source = 'feedback';
  RETURN jsonb_build_object('rows', v_rows, 'more', v_window.more);
END;

-- function skill_rollup_recount_sets(uuid[])
arguments p_sets uuid[]
returns void
language plpgsql
volatile
set search_path=<schema>, pg_temp
as

BEGIN
  IF cardinality(p_sets) = 0 THEN
    RETURN;
  END IF;
  UPDATE skill_rollup_sets t SET
    sessions = c.sessions, users = c.users, events = c.events, successes = c.successes, first_at = c.first_at, last_at = c.last_at
  FROM (
    SELECT set_key, count(*) AS sessions, count(DISTINCT user_id) AS users, sum(events) AS events, sum(successes) AS successes,
      min(first_at) AS first_at, max(last_at) AS last_at
    FROM skill_rollup_sessions WHERE set_key = ANY (p_sets) GROUP BY set_key
  ) AS c
  WHERE t.set_key = c.set_key;
  DELETE FROM skill_rollup_sets t
  WHERE t.set_key = ANY (p_sets) AND (SELECT 1 FROM skill_rollup_sessions s WHERE s.set_key = t.set_key LIMIT 1) IS NULL;
END;

-- function skill_rollup_reset()
arguments 
returns void
language plpgsql
volatile
set search_path=<schema>, pg_temp
as

BEGIN
  PERFORM FROM skill_rollup_state FOR UPDATE;
  TRUNCATE skill_rollup_days, skill_rollup_versions, skill_rollup_users, skill_rollup_skills, skill_rollup_states, skill_rollup_state_days,
    skill_rollup_skill_states, skill_rollup_hours, skill_rollup_sessions, skill_rollup_sets, skill_rollup_feedback, skill_rollup_tags,
    skill_rollup_raters;
  UPDATE skill_rollup_state SET
    snapshot = '1:1:', part_txid = NULL, part_id = NULL, part_end = NULL, rolled = 0, users = 0, sessions = 0, pruned_before = NULL, stepped_at = NULL,
    system_identifier = (SELECT system_identifier FROM pg_control_system());
END;

-- function skill_rollup_snapshot_at(txid_snapshot, txid_snapshot, bigint)
arguments p_saved txid_snapshot, p_now txid_snapshot, p_txid bigint
returns txid_snapshot
language sql
stable
set search_path=<schema>, pg_temp
as

  WITH running AS (
    SELECT x FROM txid_snapshot_xip(p_now) AS x WHERE x < p_txid
    UNION
    SELECT x FROM txid_snapshot_xip(p_saved) AS x WHERE x >= p_txid
  ), bounds AS (
    SELECT greatest(p_txid, txid_snapshot_xmax(p_saved)) AS xmax
  )
  SELECT format('%s:%s:%s', coalesce((SELECT min(x) FROM running), bounds.xmax), bounds.xmax,
                (SELECT string_agg(x::text, ',' ORDER BY x) FROM running))::txid_snapshot
  FROM bounds

-- function skill_rollup_window(regclass, skill_rollup_state, integer)
arguments p_table regclass, p_state skill_rollup_state, p_max_rows integer, OUT predicate text, OUT snapshot txid_snapshot, OUT part_txid bigint, OUT part_id bigint, OUT part_end bigint, OUT more boolean
returns record
language plpgsql
volatile
set search_path=<schema>, pg_temp, set enable_sort=off, set enable_bitmapscan=off
as

DECLARE
  v_now   txid_snapshot;
  v_new   text;
  v_first bigint;
  v_end   bigint;
  v_last  bigint;
  v_rows  bigint;
BEGIN
  SELECT txid_current_snapshot() INTO v_now;
  snapshot := p_state.snapshot;
  part_txid := p_state.part_txid;
  part_id := p_state.part_id;
  part_end := p_state.part_end;
  more := true;
  v_new := format('txid >= %s AND txid < %s AND NOT txid_visible_in_snapshot(txid, %L) AND txid_visible_in_snapshot(txid, %L)',
    txid_snapshot_xmin(snapshot), coalesce(part_txid, txid_snapshot_xmax(v_now)), snapshot, v_now);

  EXECUTE format('SELECT txid FROM %s WHERE %s ORDER BY txid LIMIT 1', p_table, v_new) INTO v_first;
  IF v_first IS NOT NULL THEN
    EXECUTE format('SELECT txid FROM %s WHERE %s ORDER BY txid OFFSET %s LIMIT 1', p_table, v_new, p_max_rows) INTO v_end;
    IF part_txid IS NOT NULL AND v_first = v_end THEN
      -- while one transaction is taken in parts another one, that has come late, is taken whole
      EXECUTE format('SELECT txid FROM %s WHERE %s AND txid > %s ORDER BY txid LIMIT 1', p_table, v_new, v_first) INTO v_end;
    END IF;
    v_end := coalesce(v_end, part_txid);
    IF v_end IS NULL THEN
      predicate := v_new;
      snapshot := v_now;
      more := false;
      RETURN;
    ELSIF v_first < v_end THEN
      predicate := v_new || format(' AND txid < %s', v_end);
      snapshot := skill_rollup_snapshot_at(snapshot, v_now, v_end);
      RETURN;
    END IF;
    -- one transaction wrote more than fits, such as a bulk load, or the ALTER TABLE above for all rows before it: its
    -- rows are all there, so within it the id is a safe mark
    part_txid := v_end;
    part_id := -9223372036854775808;
    EXECUTE format('SELECT max(id + 0) FROM %s WHERE txid = %s', p_table, part_txid) INTO part_end;
  ELSIF part_txid IS NULL THEN
    predicate := 'false';
    snapshot := v_now;
    more := false;
    RETURN;
  END IF;

  -- txid + 0: by the index on id and no other
  predicate := format('txid + 0 = %s AND id > %s AND id <= %s', part_txid, part_id, part_end);
  EXECUTE format('SELECT max(id), count(*) FROM (SELECT id FROM %s WHERE %s ORDER BY id LIMIT %s) AS next', p_table, predicate, p_max_rows)
    INTO v_last, v_rows;
  IF v_rows < p_max_rows OR v_last = part_end THEN
    snapshot := skill_rollup_snapshot_at(snapshot, v_now, part_txid + 1);
    part_txid := NULL;
    part_id := NULL;
    part_end := NULL;
  ELSE
    predicate := predicate || format(' AND id <= %s', v_last);
    part_id := v_last;
  END IF;
END;

-- function skill_usage_unknown(uuid, jsonb)
arguments p_user_id uuid, p_events jsonb
returns jsonb
language plpgsql
volatile
set search_path=<schema>, pg_temp, set enable_sort=off, set enable_incremental_sort=off, set plan_cache_mode=force_generic_plan
as

DECLARE
  v_user    uuid[] := ARRAY[p_user_id];
  v_unknown jsonb;
BEGIN
  WITH events AS MATERIALIZED (
    SELECT event, key, coalesce(at, now() - interval '7 days') AS since, coalesce(at, 'infinity') AS till
    FROM (
      SELECT event, (event->>9)::timestamptz AS at, (event->>10)::uuid AS key FROM jsonb_array_elements(p_events) AS e (event)
    ) AS keyed
  ),
  known AS (
    SELECT moment.since, moment.till, there.event_key
    FROM (SELECT DISTINCT since, till FROM events WHERE key IS NOT NULL) AS moment, LATERAL (
      SELECT event_key FROM skill_usage_events
      WHERE user_id = ANY (v_user) AND created_at >= moment.since AND created_at <= moment.till
      ORDER BY user_id, created_at DESC
    ) AS there
    -- IS TRUE keeps it a look-up in a hash, not a join
    WHERE (there.event_key IN (SELECT key FROM events)) IS TRUE
  )
  SELECT jsonb_agg(event) INTO v_unknown
  FROM events WHERE key IS NULL OR ((since, till, key) IN (SELECT since, till, event_key FROM known)) IS NOT TRUE;
  RETURN v_unknown;
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

-- grant function forget_skill_user(uuid) to PUBLIC
EXECUTE (default)

-- grant function is_skill_unlocked(uuid, text) to PUBLIC
EXECUTE (default)

-- grant function log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb) to PUBLIC
EXECUTE (default)

-- grant function log_skill_usage_batch(uuid, jsonb, uuid, boolean) to PUBLIC
EXECUTE (default)

-- grant function skill_latency_bounds() to PUBLIC
EXECUTE (default)

-- grant function skill_rollup_adopt(integer) to PUBLIC
EXECUTE (default)

-- grant function skill_rollup_events(integer, boolean) to PUBLIC
EXECUTE (default)

-- grant function skill_rollup_feedback(integer, boolean) to PUBLIC
EXECUTE (default)

-- grant function skill_rollup_recount_sets(uuid[]) to PUBLIC
EXECUTE (default)

-- grant function skill_rollup_reset() to PUBLIC
EXECUTE (default)

-- grant function skill_rollup_snapshot_at(txid_snapshot, txid_snapshot, bigint) to PUBLIC
EXECUTE (default)

-- grant function skill_rollup_window(regclass, skill_rollup_state, integer) to PUBLIC
EXECUTE (default)

-- grant function skill_usage_unknown(uuid, jsonb) to PUBLIC
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

-- index idx_skill_feedback_txid
CREATE INDEX idx_skill_feedback_txid ON skill_feedback USING btree (txid)

-- index idx_skill_feedback_user_time
CREATE INDEX idx_skill_feedback_user_time ON skill_feedback USING btree (user_id, created_at DESC)

-- index idx_skill_rollup_days_skill
CREATE INDEX idx_skill_rollup_days_skill ON skill_rollup_days USING btree (skill_id, day)

-- index idx_skill_rollup_raters_skill
CREATE INDEX idx_skill_rollup_raters_skill ON skill_rollup_raters USING btree (skill_id)

-- index idx_skill_rollup_sessions_open
CREATE INDEX idx_skill_rollup_sessions_open ON skill_rollup_sessions USING btree (last_at) WHERE ((set_key IS NULL) AND (cardinality(skills) >= 2))

-- index idx_skill_rollup_sessions_set
CREATE INDEX idx_skill_rollup_sessions_set ON skill_rollup_sessions USING btree (set_key, user_id) WHERE (set_key IS NOT NULL)

-- index idx_skill_rollup_sets_frequent
CREATE INDEX idx_skill_rollup_sets_frequent ON skill_rollup_sets USING btree (sessions DESC) WHERE (sessions >= 3)

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

-- index idx_skill_usage_txid
CREATE INDEX idx_skill_usage_txid ON skill_usage_events USING btree (txid)

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

-- storage skill_rollup_hours
fillfactor=70

-- storage skill_rollup_skill_states
fillfactor=70

-- storage skill_rollup_state_days
fillfactor=70

-- table agent_emergence_candidates


-- table schema_migrations


-- table skill_feedback


-- table skill_rollup_days


-- table skill_rollup_feedback


-- table skill_rollup_hours


-- table skill_rollup_raters


-- table skill_rollup_sessions


-- table skill_rollup_sets


-- table skill_rollup_skill_states


-- table skill_rollup_skills


-- table skill_rollup_state


-- table skill_rollup_state_days


-- table skill_rollup_states


-- table skill_rollup_tags


-- table skill_rollup_users


-- table skill_rollup_versions


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
