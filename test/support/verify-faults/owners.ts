import { ASK, fault, LOG, UNLOCK, type VerifyFault } from './fault.ts'

const CHECK = { check: 'safety.owner-rights' }
const BATCH = 'log_skill_usage_batch(uuid, jsonb, uuid, boolean)'
const OWNER = 'CREATE ROLE poor; GRANT USAGE, CREATE ON SCHEMA public TO poor'
/** What the functions of events need, apart from what a fault leaves out. */
const EVENTS = 'GRANT SELECT, INSERT ON skill_usage_events TO poor; GRANT USAGE ON SEQUENCE skill_usage_events_id_seq TO poor'
const CALLED =
  'GRANT EXECUTE ON FUNCTION skill_usage_fault(uuid, text, text, text, text, text, integer, text, jsonb, jsonb, text, bigint, bigint, numeric), skill_text_fault(text, text, integer), skill_error_type(jsonb), skill_usage_unknown(uuid, jsonb), skill_usage_first_fault(uuid, jsonb) TO poor'

const owned = (title: string, sql: string, object: string): VerifyFault => fault(`owner: ${title}`, `${OWNER}; ${sql}`, object, CHECK)

/** Objects whose owner lacks what they need when they are used. */
export const OWNER_FAULTS: readonly VerifyFault[] = [
  ...['v_skill_effectiveness', 'v_skill_cooccurrence'].map((view) =>
    owned(`${view} cannot be read`, `ALTER VIEW ${view} OWNER TO poor`, `view ${view}`),
  ),
  owned(
    'one table of a view cannot be read',
    'GRANT SELECT ON skill_usage_events TO poor; ALTER VIEW v_skill_effectiveness OWNER TO poor',
    'view v_skill_effectiveness',
  ),
  owned(
    'one column of a view cannot be read',
    'GRANT SELECT ON skill_usage_events TO poor; GRANT SELECT (skill_id) ON skill_feedback TO poor; ALTER VIEW v_skill_effectiveness OWNER TO poor',
    'view v_skill_effectiveness',
  ),
  owned(
    'a materialized view cannot be refreshed',
    'CREATE MATERIALIZED VIEW sets AS SELECT skill_id FROM skill_unlocks; ALTER MATERIALIZED VIEW sets OWNER TO poor',
    'materialized view sets',
  ),
  owned(
    'a view of a view cannot be read',
    'CREATE VIEW outer_view AS SELECT skill_id FROM v_skill_effectiveness; ALTER VIEW outer_view OWNER TO poor',
    'view outer_view',
  ),
  {
    ...owned(
      'a view reads an invoker view',
      'CREATE VIEW inner_view WITH (security_invoker) AS SELECT skill_id FROM skill_unlocks; CREATE VIEW outer_view AS SELECT * FROM inner_view; GRANT SELECT ON inner_view TO poor; ALTER VIEW outer_view OWNER TO poor',
      'view outer_view',
    ),
    minVersion: 15,
  },
  owned(
    'a function in a view cannot be called',
    "CREATE FUNCTION theirs(text) RETURNS text LANGUAGE sql STABLE AS 'SELECT $1'; REVOKE EXECUTE ON FUNCTION theirs(text) FROM PUBLIC; GRANT SELECT ON skill_unlocks TO poor; CREATE VIEW theirs AS SELECT theirs(skill_id) FROM skill_unlocks; ALTER VIEW theirs OWNER TO poor",
    'view theirs',
  ),
  owned('log_skill_usage cannot insert', `${CALLED}; ALTER FUNCTION ${LOG} OWNER TO poor`, 'function log_skill_usage'),
  owned(
    'log_skill_usage cannot return the ID',
    `${CALLED}; GRANT INSERT ON skill_usage_events TO poor; GRANT USAGE ON SEQUENCE skill_usage_events_id_seq TO poor; ALTER FUNCTION ${LOG} OWNER TO poor`,
    'function log_skill_usage',
  ),
  owned(
    'log_skill_usage cannot take a number',
    `${CALLED}; GRANT SELECT, INSERT ON skill_usage_events TO poor; ALTER FUNCTION ${LOG} OWNER TO poor`,
    'function log_skill_usage',
  ),
  owned('log_skill_usage cannot check its values', `${EVENTS}; ALTER FUNCTION ${LOG} OWNER TO poor`, 'function log_skill_usage'),
  owned(
    'log_skill_usage_batch cannot look up events',
    `${EVENTS}; ALTER FUNCTION ${BATCH} OWNER TO poor`,
    'function log_skill_usage_batch',
  ),
  owned(
    'unlock_skill cannot update',
    `${CALLED}; GRANT INSERT, SELECT ON skill_unlocks TO poor; ALTER FUNCTION ${UNLOCK} OWNER TO poor`,
    'function unlock_skill',
  ),
  owned(
    'unlock_skill cannot look up the key',
    `${CALLED}; GRANT INSERT, UPDATE ON skill_unlocks TO poor; ALTER FUNCTION ${UNLOCK} OWNER TO poor`,
    'function unlock_skill',
  ),
  owned(
    'is_skill_unlocked cannot read the registry',
    `${CALLED}; GRANT SELECT ON skill_unlocks TO poor; ALTER FUNCTION ${ASK} OWNER TO poor`,
    'function is_skill_unlocked',
  ),
  fault(
    'owner: no USAGE on the schema',
    `CREATE ROLE poor; GRANT CREATE ON SCHEMA public TO poor; REVOKE USAGE ON SCHEMA public FROM PUBLIC; ${CALLED}; GRANT SELECT ON skill_unlocks, skills_registry TO poor; ALTER FUNCTION ${ASK} OWNER TO poor`,
    'function is_skill_unlocked',
    { ...CHECK, roles: 'superuser' },
  ),
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'].map((privilege, i) => {
    const table = ['skill_rollup_days', 'skill_feedback', 'skill_rollup_state', 'skill_usage_events', 'skill_rollup_tags'][i] ?? ''
    return owned(
      `an owner without ${privilege} on its table`,
      `ALTER TABLE ${table} OWNER TO poor; REVOKE ${privilege} ON ${table} FROM poor`,
      `table ${table}`,
    )
  }),
]
