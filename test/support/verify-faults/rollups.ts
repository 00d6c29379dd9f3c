import type { VerifyFault } from './fault.ts'

const STATE = 'table skill_rollup_state'
const STEP = 'SELECT skill_rollup_events(1000, true); SELECT skill_rollup_feedback(1000, true)'
/** Events whose transaction every snapshot sees, added up by a step. */
const COUNTED = `
  INSERT INTO skill_usage_events (user_id, skill_id, version, outcome, latency_ms, created_at, session_id, txid)
  SELECT ('5c111e00-0000-4000-8000-0000000000' || lpad((n % 5)::text, 2, '0'))::uuid, CASE n % 2 WHEN 0 THEN 'one' ELSE 'two' END, '1.2.0',
    (ARRAY['success', 'soft_fail', 'hard_refusal'])[1 + n % 3], n, now() - make_interval(days => n % 4), 's' || n % 3, 3
  FROM generate_series(1, 40) AS n;
  INSERT INTO skill_feedback (user_id, skill_id, version, rating, txid) VALUES ('5c111e00-0000-4000-8000-000000000001', 'one', '1.2.0', 4, 3);
  ${STEP}`

const fault = (title: string, sql: string, object: string, check: string): VerifyFault => ({
  title,
  sql: `${COUNTED}; ${sql}`,
  object,
  check,
})

/** Rollups that do not agree with each other, with the events or with the server. */
export const ROLLUPS: readonly VerifyFault[] = [
  ...['events', 'feedback'].map((source) =>
    fault(`no state of ${source}`, `DELETE FROM skill_rollup_state WHERE source = '${source}'`, STATE, 'rollups.state'),
  ),
  fault('no state at all', 'TRUNCATE skill_rollup_state', STATE, 'rollups.state'),
  ...['events', 'feedback'].flatMap((source) => [
    fault(
      `a snapshot of ${source} in the future`,
      `UPDATE skill_rollup_state SET snapshot = '90000000:90000000:' WHERE source = '${source}'`,
      STATE,
      'rollups.state',
    ),
    fault(
      `a first snapshot of ${source} with rows`,
      `UPDATE skill_rollup_state SET snapshot = '1:1:' WHERE source = '${source}'`,
      STATE,
      'rollups.state',
    ),
  ]),
  fault(
    'a state of another source',
    `INSERT INTO skill_rollup_state SELECT 'others', snapshot, NULL, NULL, NULL, system_identifier FROM skill_rollup_state LIMIT 1`,
    STATE,
    'rollups.state',
  ),
  ...['skill_rollup_versions', 'skill_rollup_hours', 'skill_rollup_skill_states', 'skill_rollup_state_days'].flatMap((table) => [
    fault(`${table} without rows`, `TRUNCATE ${table}`, `table ${table}`, 'rollups.sums'),
    ...['n', 'ok', 'soft', 'hard', 'latency_n', 'latency_sum'].map((column) =>
      fault(
        `another ${column} in ${table}`,
        `UPDATE ${table} SET ${column} = ${column} + 1 WHERE ctid = (SELECT min(ctid) FROM ${table})`,
        `table ${table}`,
        'rollups.sums',
      ),
    ),
  ]),
  ...['tokens_n', 'input_tokens', 'output_tokens', 'cost_n', 'cost_usd'].map((column) =>
    fault(
      `another ${column} of a version`,
      `UPDATE skill_rollup_versions SET ${column} = ${column} + 1 WHERE skill_id = 'one'`,
      'table skill_rollup_versions',
      'rollups.versions',
    ),
  ),
  fault(
    'a latency of a version in another bucket',
    `UPDATE skill_rollup_versions SET latencies[1] = latencies[1] - 1 WHERE skill_id = 'one'`,
    'table skill_rollup_versions',
    'rollups.versions',
  ),
  fault('days without buckets', "UPDATE skill_rollup_days SET latencies = '{}'", 'table skill_rollup_days', 'rollups.versions'),
  fault(
    'errors without uses',
    "INSERT INTO skill_rollup_errors SELECT day, skill_id, version, 'timeout', n + 1 FROM skill_rollup_days LIMIT 1",
    'table skill_rollup_errors',
    'rollups.versions',
  ),
  ...[4, 900000000000].flatMap((txid) => [
    fault(
      `an event with the transaction ${txid} of another server`,
      `INSERT INTO skill_usage_events (user_id, skill_id, version, outcome, txid) VALUES ('5c111e00-0000-4000-8000-000000000001', 'one', '1.2.0', 'success', ${txid})`,
      'table skill_usage_events',
      'rollups.foreign-rows',
    ),
    fault(
      `feedback with the transaction ${txid} of another server`,
      `INSERT INTO skill_feedback (user_id, skill_id, version, rating, txid) VALUES ('5c111e00-0000-4000-8000-000000000001', 'one', '1.2.0', 4, ${txid})`,
      'table skill_feedback',
      'rollups.foreign-rows',
    ),
  ]),
  fault('a lower number of events in the state', `UPDATE skill_rollup_state SET rolled = 3 WHERE source = 'events'`, STATE, 'rollups.sums'),
  fault('another number of feedback', 'UPDATE skill_rollup_feedback SET n = n + 5', 'table skill_rollup_feedback', 'rollups.sums'),
  ...['users', 'succeeded'].map((column) =>
    fault(
      `another number of ${column} of a skill`,
      `UPDATE skill_rollup_skills SET ${column} = ${column} + 1 WHERE skill_id = 'one'`,
      'table skill_rollup_skills',
      'rollups.users',
    ),
  ),
  fault(
    'a pair of user and skill less',
    'DELETE FROM skill_rollup_users WHERE ctid = (SELECT min(ctid) FROM skill_rollup_users)',
    'table skill_rollup_skills',
    'rollups.users',
  ),
  fault('another number of users', 'UPDATE skill_rollup_state SET users = users + 1', STATE, 'rollups.users'),
  fault('another number of sessions', 'UPDATE skill_rollup_state SET sessions = sessions - 1', STATE, 'rollups.users'),
  fault('sets without rows', 'TRUNCATE skill_rollup_sets', 'table skill_rollup_sets', 'rollups.users'),
  ...['sessions', 'users', 'events', 'successes'].map((column) =>
    fault(
      `another number of ${column} of a set`,
      `UPDATE skill_rollup_sets SET ${column} = ${column} + 1`,
      'table skill_rollup_sets',
      'rollups.users',
    ),
  ),
  fault(
    'a day without its row',
    'DELETE FROM skill_rollup_days WHERE day = (SELECT min(day) FROM skill_rollup_days)',
    'table skill_rollup_versions',
    'rollups.sums',
  ),
  fault(
    'rollups without rows',
    'TRUNCATE skill_rollup_days, skill_rollup_versions, skill_rollup_hours, skill_rollup_skill_states, skill_rollup_state_days; UPDATE skill_rollup_state SET rolled = 0',
    `skill one on ${today()}`,
    'rollups.recount',
  ),
  ...(
    [
      [
        'an event of skill one is deleted by hand',
        "DELETE FROM skill_usage_events WHERE id = (SELECT max(id) FROM skill_usage_events WHERE skill_id = 'one' AND created_at >= date_trunc('day', now(), 'UTC'))",
      ],
      [
        'an event of skill one is changed by hand',
        "UPDATE skill_usage_events SET outcome = CASE outcome WHEN 'success' THEN 'soft_fail' ELSE 'success' END WHERE id = (SELECT max(id) FROM skill_usage_events WHERE skill_id = 'one' AND created_at >= date_trunc('day', now(), 'UTC'))",
      ],
      [
        'an event of skill one is loaded with the transaction of another server',
        `INSERT INTO skill_usage_events (user_id, skill_id, version, outcome, txid) VALUES ('5c111e00-0000-4000-8000-000000000001', 'one', '1.2.0', 'success', 4)`,
      ],
      [
        'the latency of an event of skill one is changed',
        "UPDATE skill_usage_events SET latency_ms = 77777 WHERE id = (SELECT max(id) FROM skill_usage_events WHERE skill_id = 'one' AND created_at >= date_trunc('day', now(), 'UTC'))",
      ],
      ['all events are deleted by hand', 'TRUNCATE skill_usage_events'],
    ] as const
  ).map(([title, sql]) => fault(title, sql, `skill one on ${today()}`, 'rollups.recount')),
]

function today(): string {
  return new Date().toISOString().slice(0, 10)
}
