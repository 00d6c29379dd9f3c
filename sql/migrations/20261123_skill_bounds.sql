-- Bounds of the values in the tables, for roles that write to the tables directly. log_skill_usage, log_skill_usage_batch and unlock_skill
-- check the same bounds, with a message that names the argument.
--
-- It can run again at any time, and in a database with rows that are outside the bounds: a constraint is NOT VALID, so existing rows are
-- not read, and stay as they are. 20261124_skill_bounds_of_rows.sql checks them.

DO $bounds$
DECLARE
  -- from 2000-01-01 to one day from now. A literal of a time would be printed in the time zone of each reader of the catalog
  v_time   text := 'created_at BETWEEN pg_catalog.to_timestamp(946684800) AND pg_catalog.now() + pg_catalog.make_interval(days => 1)';
  -- table, name of the constraint without the name of the table, condition
  v_bounds text[] := ARRAY[
    ['skill_usage_events', 'session_id_bytes', 'pg_catalog.octet_length(session_id) BETWEEN 1 AND 256'],
    ['skill_usage_events', 'skill_id_bytes', 'pg_catalog.octet_length(skill_id) BETWEEN 1 AND 256'],
    ['skill_usage_events', 'version_bytes', 'pg_catalog.octet_length(version) BETWEEN 1 AND 256'],
    ['skill_usage_events', 'tier_bytes', 'pg_catalog.octet_length(tier) BETWEEN 1 AND 256'],
    ['skill_usage_events', 'outcome_known', 'outcome IN (''success'', ''soft_fail'', ''hard_refusal'')'],
    ['skill_usage_events', 'latency_ms_positive', 'latency_ms >= 0'],
    ['skill_usage_events', 'input_hash_bytes', 'pg_catalog.octet_length(input_hash) BETWEEN 1 AND 256'],
    ['skill_usage_events', 'state_snapshot_bytes', 'pg_catalog.octet_length(state_snapshot::text) <= 262144'],
    ['skill_usage_events', 'artifacts_bytes', 'pg_catalog.octet_length(artifacts::text) <= 262144'],
    ['skill_usage_events', 'created_at_time', v_time],
    ['skill_usage_events', 'error_type_bytes', 'pg_catalog.octet_length(error_type) BETWEEN 1 AND 256'],
    ['skill_usage_events', 'input_tokens_range', 'input_tokens BETWEEN 0 AND 1000000000000'],
    ['skill_usage_events', 'output_tokens_range', 'output_tokens BETWEEN 0 AND 1000000000000'],
    -- NaN is greater than every number
    ['skill_usage_events', 'cost_usd_range', 'cost_usd BETWEEN 0::numeric AND 1000000000::numeric'],

    ['skill_feedback', 'skill_id_bytes', 'pg_catalog.octet_length(skill_id) BETWEEN 1 AND 256'],
    ['skill_feedback', 'version_bytes', 'pg_catalog.octet_length(version) BETWEEN 1 AND 256'],
    -- the longest of the 32 tags: a CHECK cannot have a subquery, and a function in it would need EXECUTE for who inserts
    ['skill_feedback', 'tags_bytes', (
      SELECT 'pg_catalog.cardinality(tags) <= 32 AND pg_catalog.array_ndims(tags) = 1 AND pg_catalog.array_lower(tags, 1) = 1 AND GREATEST('
        || pg_catalog.string_agg(pg_catalog.format('pg_catalog.octet_length(tags[%s])', i), ', ' ORDER BY i) || ') <= 64'
      FROM pg_catalog.generate_series(1, 32) AS i)],
    ['skill_feedback', 'created_at_time', v_time],

    ['skill_unlocks', 'skill_id_bytes', 'pg_catalog.octet_length(skill_id) BETWEEN 1 AND 256'],
    ['skill_unlocks', 'unlock_reason_bytes', 'pg_catalog.octet_length(unlock_reason) <= 2000'],

    ['agent_emergence_candidates', 'signature_hash_bytes', 'pg_catalog.octet_length(signature_hash) BETWEEN 1 AND 256'],
    ['agent_emergence_candidates', 'tier_bytes', 'pg_catalog.octet_length(tier) BETWEEN 1 AND 256'],
    ['agent_emergence_candidates', 'element_bytes', 'pg_catalog.octet_length(element) BETWEEN 1 AND 256'],
    ['agent_emergence_candidates', 'realm_bytes', 'pg_catalog.octet_length(realm) BETWEEN 1 AND 256'],
    ['agent_emergence_candidates', 'cooccur_skills_bytes', 'pg_catalog.octet_length(cooccur_skills::text) <= 262144'],
    ['agent_emergence_candidates', 'created_at_time', v_time]
  ];
  v_bound text[];
  v_name  text;
BEGIN
  -- Tables of the older system have no CHECK on trust_level. A constraint would stop an operator, and `skills sync`, from changing a row
  -- that violates it, so it is added only when there is none.
  IF NOT EXISTS (SELECT FROM skills_registry WHERE trust_level NOT BETWEEN 1 AND 5) THEN
    v_bounds := pg_catalog.array_cat(v_bounds, ARRAY[['skills_registry', 'trust_level_check', 'trust_level BETWEEN 1 AND 5']]);
  END IF;
  FOREACH v_bound SLICE 1 IN ARRAY v_bounds LOOP
    v_name := v_bound[1] || '_' || v_bound[2];
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = v_bound[1]::regclass::oid AND conname = v_name::name) THEN
      EXECUTE pg_catalog.format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (%s) NOT VALID', v_bound[1], v_name, v_bound[3]);
    END IF;
  END LOOP;
END
$bounds$;
