import { fault, TABLES, type VerifyFault } from './fault.ts'

const WRITES = ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']
const CHECK = { check: 'safety.login-roles', warns: true } as const

const job = (privilege: string, target: string, more: Partial<VerifyFault> = {}): VerifyFault =>
  fault(
    `a role that can log in has ${privilege} on ${target}`,
    `CREATE ROLE job LOGIN; GRANT ${privilege} ON ${target} TO job`,
    'role job',
    { ...CHECK, ...more },
  )

/** A role that is neither the owner nor the application writes. */
export const LOGIN_ROLE_FAULTS: readonly VerifyFault[] = [
  ...[...TABLES, 'schema_migrations', 'skill_rollup_days'].flatMap((table) => WRITES.map((privilege) => job(privilege, table))),
  ...['skill_usage_events', 'agent_emergence_candidates'].flatMap((table) =>
    ['USAGE', 'UPDATE'].map((privilege) => job(privilege, `SEQUENCE ${table}_id_seq`)),
  ),
  job('UPDATE', 'SEQUENCE skill_feedback_id_seq'),
  job('UPDATE (unlocked, user_id)', 'skill_unlocks'),
  job('INSERT (created_at)', 'skill_feedback'),
  job('UPDATE (checksum)', 'schema_migrations'),
  job('TRIGGER', 'v_skill_effectiveness'),
  fault(
    'a role that can log in writes through a group',
    'CREATE ROLE job LOGIN; CREATE ROLE crew; GRANT crew TO job; GRANT DELETE ON skill_feedback TO crew',
    'granted to crew',
    CHECK,
  ),
  fault('a role that can log in is a member of the owner', 'CREATE ROLE job LOGIN; GRANT postgres TO job', 'role job', CHECK),
  fault(
    'a role that can log in owns the ledger',
    'CREATE ROLE job LOGIN; ALTER TABLE schema_migrations OWNER TO job',
    'owns table schema_migrations',
    CHECK,
  ),
  fault('a role that can log in writes everything', 'CREATE ROLE job LOGIN; GRANT pg_write_all_data TO job', 'role job', {
    ...CHECK,
    minVersion: 14,
  }),
  fault(
    'a role that can log in writes through a view of somebody else',
    'CREATE ROLE job LOGIN; CREATE VIEW gates AS SELECT * FROM skill_unlocks; GRANT UPDATE ON gates TO job',
    'view gates',
    CHECK,
  ),
]
