import type { VerifyFault } from './fault.ts'

const USER = '5c111e00-0000-4000-8000-00000000da7a'
const KEY = '5c111e00-0000-4000-8000-00000000e4e7'

const event = (columns: string, values: string): string =>
  `INSERT INTO skill_usage_events (user_id, skill_id, version, ${columns}) VALUES ('${USER}', ${values})`

/** Loads a row that a constraint refuses today, as an older version stored it: then the constraint is NOT VALID. */
function unbounded(table: string, constraint: string, insert: string): string {
  return `DO $$ DECLARE definition text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '${table}_${constraint}');
    BEGIN
      ALTER TABLE ${table} DROP CONSTRAINT ${table}_${constraint};
      ${insert};
      EXECUTE format('ALTER TABLE ${table} ADD CONSTRAINT ${table}_${constraint} %s NOT VALID', definition);
    END $$`
}

const bounded = (table: string, constraint: string, insert: string): VerifyFault => ({
  title: `a row of ${table} that violates ${constraint}`,
  sql: unbounded(table, constraint, insert),
  object: `constraint ${table}.${table}_${constraint}`,
  check: 'tables.rows',
  warns: true,
  remedy: 'words',
})

/** Rows with values that the tables refuse today, or that no application should write. */
export const DATA: readonly VerifyFault[] = [
  bounded('skill_usage_events', 'session_id_bytes', event('session_id, outcome', `'one', '1.2.0', repeat('s', 300), 'success'`)),
  bounded('skill_usage_events', 'skill_id_bytes', event('outcome', `repeat('s', 300), '1.2.0', 'success'`)),
  bounded('skill_usage_events', 'version_bytes', event('outcome', `'one', '', 'success'`)),
  bounded('skill_usage_events', 'tier_bytes', event('tier, outcome', `'one', '1.2.0', repeat('t', 300), 'success'`)),
  bounded('skill_usage_events', 'outcome_known', event('outcome', `'one', '1.2.0', 'fine'`)),
  bounded('skill_usage_events', 'latency_ms_positive', event('outcome, latency_ms', `'one', '1.2.0', 'success', -1`)),
  bounded('skill_usage_events', 'input_hash_bytes', event('outcome, input_hash', `'one', '1.2.0', 'success', ''`)),
  bounded(
    'skill_usage_events',
    'state_snapshot_bytes',
    event('outcome, state_snapshot', `'one', '1.2.0', 'success', jsonb_build_object('k', repeat('v', 300000))`),
  ),
  bounded(
    'skill_usage_events',
    'artifacts_bytes',
    event('outcome, artifacts', `'one', '1.2.0', 'success', jsonb_build_object('k', repeat('v', 300000))`),
  ),
  bounded('skill_usage_events', 'created_at_time', event('outcome, created_at', `'one', '1.2.0', 'success', '1999-01-01 00:00:00+00'`)),
  bounded('skill_usage_events', 'error_type_bytes', event('outcome, error_type', `'one', '1.2.0', 'soft_fail', ''`)),
  bounded('skill_usage_events', 'input_tokens_range', event('outcome, input_tokens', `'one', '1.2.0', 'success', -1`)),
  bounded('skill_usage_events', 'output_tokens_range', event('outcome, output_tokens', `'one', '1.2.0', 'success', 9e18`)),
  bounded('skill_usage_events', 'cost_usd_range', event('outcome, cost_usd', `'one', '1.2.0', 'success', 'NaN'`)),
  bounded(
    'skill_feedback',
    'tags_bytes',
    `INSERT INTO skill_feedback (user_id, skill_id, version, tags) VALUES ('${USER}', 'one', '1.2.0', ARRAY[repeat('t', 65)])`,
  ),
  bounded(
    'skill_unlocks',
    'unlock_reason_bytes',
    `INSERT INTO skill_unlocks (user_id, skill_id, unlock_reason) VALUES ('${USER}', 'one', repeat('r', 2001))`,
  ),
  bounded('skills_registry', 'trust_level_check', `UPDATE skills_registry SET trust_level = 9 WHERE skill_id = 'one'`),
  {
    title: 'an event that is stored twice',
    sql: `${event('outcome, event_key, created_at', `'one', '1.2.0', 'success', '${KEY}', '2026-01-01 00:00:00+00'`)};
      ${event('outcome, event_key, created_at', `'one', '1.2.0', 'success', '${KEY}', '2026-01-01 00:00:00+00'`)}`,
    object: `event key ${KEY}`,
    check: 'rollups.repeated-events',
    remedy: 'words',
  },
  {
    title: 'an event that is stored twice, the second time with another time',
    sql: `${event('outcome, event_key, created_at', `'one', '1.2.0', 'success', '${KEY}', '2026-01-01 00:00:00+00'`)};
      ${event('outcome, event_key, created_at', `'one', '1.2.0', 'success', '${KEY}', '2026-01-01 00:00:02+00'`)}`,
    object: `event key ${KEY}`,
    check: 'rollups.repeated-events',
    remedy: 'words',
  },
  {
    title: 'an event of a skill that is not registered',
    sql: event('outcome', `'unheard-of', '1.2.0', 'success'`),
    object: 'skill unheard-of',
    check: 'health.unregistered-events',
    warns: true,
    remedy: 'words',
  },
  {
    title: 'an event of the future',
    sql: event('outcome, created_at', `'one', '1.2.0', 'success', now() + interval '3 hours'`),
    object: 'column skill_usage_events.created_at',
    check: 'health.clock-skew',
    warns: true,
    remedy: 'words',
  },
  ...[0, 6, -1].map((rating): VerifyFault => ({
    title: `a rating of ${rating}`,
    sql: `INSERT INTO skill_feedback (user_id, skill_id, version, rating) VALUES ('${USER}', 'one', '1.2.0', ${rating})`,
    object: 'column skill_feedback.rating',
    check: 'health.ratings',
    warns: true,
    remedy: 'words',
  })),
  {
    title: 'an unknown status of a candidate',
    sql: `INSERT INTO agent_emergence_candidates (signature_hash, status) VALUES ('x', 'perhaps')`,
    object: 'column agent_emergence_candidates.status',
    check: 'health.statuses',
    warns: true,
    remedy: 'words',
  },
]
