import type { HarmlessState } from './fault.ts'

const state = (title: string, sql: string, more: Partial<HarmlessState> = {}): HarmlessState => ({ title, sql, ...more })
const log = (skill: string, more = "NULL, NULL, '{}', '{}'"): string =>
  `SELECT log_skill_usage(gen_random_uuid(), 's', ${skill}, '1.2.0', 'CORE', 'success', ${more})`

/** Rows that applications write. */
export const HARMLESS_DATA: readonly HarmlessState[] = [
  state(
    '10,000 events',
    "INSERT INTO skill_usage_events (user_id, session_id, skill_id, version, outcome) SELECT gen_random_uuid(), 's' || n % 100, CASE n % 2 WHEN 0 THEN 'one' ELSE 'two' END, '1.2.0', 'success' FROM generate_series(1, 10000) n; ANALYZE skill_usage_events",
  ),
  state(
    '10,000 unlocks',
    "INSERT INTO skill_unlocks (user_id, skill_id, unlocked) SELECT gen_random_uuid(), 'one', true FROM generate_series(1, 10000); ANALYZE skill_unlocks",
  ),
  state(
    'gaps in the numbers',
    "SELECT nextval('skill_usage_events_id_seq') FROM generate_series(1, 1000); SELECT setval('skill_feedback_id_seq', 1000000000000)",
  ),
  state(
    'text of 256 bytes',
    log("repeat('x', 256)")
      .replace("'CORE'", "repeat('t', 256)")
      .replace(/^/, "INSERT INTO skills_registry (skill_id, version) VALUES (repeat('x', 256), '1.0.0'); "),
  ),
  state(
    'emoji and other letters',
    `INSERT INTO skills_registry (skill_id, version) VALUES ('навык-🎓', '1.0.0'); ${log("'навык-🎓'")}; INSERT INTO skill_feedback (user_id, skill_id, version, notes, tags) VALUES (gen_random_uuid(), 'навык-🎓', '1.0.0', '👍🏽 sehr schön', '{ü,日本}')`,
  ),
  state(
    'text with quotes and backslashes',
    `INSERT INTO skills_registry (skill_id, version) VALUES ('it''s \\"x', '1.0.0'); ${log("'it''s \\\"x'")}`,
  ),
  state(
    'text with formats and variables',
    `INSERT INTO skills_registry (skill_id, version) VALUES ('%s %I $1 :name {{x}}', '1.0.0'); ${log("'%s %I $1 :name {{x}}'")}`,
  ),
  state('a latency of 0 and the largest one', `${log("'one'", "0, NULL, '{}', '{}'")}; ${log("'one'", "2147483647, NULL, '{}', '{}'")}`),
  state(
    'a snapshot with every type of JSON',
    log("'one'", `1, NULL, '{"tier": null, "element": 3, "realm": [1], "x": {"y": true}}', '[]'`),
  ),
  state(
    'the oldest time of an event',
    "INSERT INTO skill_usage_events (user_id, skill_id, version, outcome, created_at) VALUES (gen_random_uuid(), 'one', '1.2.0', 'success', '2000-01-01 00:00:00+00')",
  ),
  state(
    'all outcomes',
    "SELECT log_skill_usage(gen_random_uuid(), 's', 'one', '1.2.0', 'CORE', o) FROM unnest(ARRAY['success', 'soft_fail', 'hard_refusal']) o",
  ),
  state(
    'a batch of events',
    `SELECT log_skill_usage_batch('5c111e00-0000-4000-8000-0000000000b1', '[{"skill_id": "one", "version": "1.2.0", "outcome": "success"}, {"skill_id": "two", "version": "1.2.0", "outcome": "soft_fail"}]')`,
  ),
  state('events that were deleted', `${log("'one'")}; DELETE FROM skill_usage_events`),
  state('a user without unlocks', "SELECT unlock_skill(gen_random_uuid(), 'one'); UPDATE skill_unlocks SET unlocked = false"),
  state('an unlock with NULL in every column', "INSERT INTO skill_unlocks (user_id, skill_id) VALUES (gen_random_uuid(), 'one')"),
  state('feedback without a rating', "INSERT INTO skill_feedback (user_id, skill_id, version) VALUES (gen_random_uuid(), 'one', '1.2.0')"),
  state(
    'feedback with 32 tags',
    "INSERT INTO skill_feedback (user_id, skill_id, version, tags) VALUES (gen_random_uuid(), 'one', '1.2.0', (SELECT array_agg(repeat('t', 60) || n) FROM generate_series(10, 41) n))",
  ),
  state(
    'candidates of every status',
    "INSERT INTO agent_emergence_candidates (signature_hash, status) SELECT 'same', s FROM unnest(ARRAY['monitoring', 'review', 'approved', 'deployed', 'rejected']) s",
  ),
  state(
    'skills of another tool',
    "INSERT INTO skills_registry (skill_id, version, trust_level, enabled) SELECT 'theirs-' || n, 'v' || n, 5, n % 2 = 0 FROM generate_series(1, 500) n",
  ),
  state('a larger meta', `UPDATE skills_registry SET meta = meta || jsonb_build_object('theirs', repeat('x', 100000))`),
  state('a step of the rollups', `${log("'one'")}; SELECT skill_rollup_events(1000, true); SELECT skill_rollup_feedback(1000, true)`),
  state(
    'rows of other tools in the ledger',
    "INSERT INTO schema_migrations (version) SELECT '2024' || n || '_theirs' FROM generate_series(1, 50) n",
  ),
]
