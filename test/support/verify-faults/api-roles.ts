import type { Db } from '../../../src/db/db.ts'
import { ASK, fault, LOG, TABLES, UNLOCK, type VerifyFault } from './fault.ts'
import { namesOf } from './own-objects.ts'

const TABLE_PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']
const ROLES = ['anon', 'authenticated', 'web_anon']
const CHECK = { check: 'safety.api-roles' }

/** A role of an open API has a privilege: each privilege, each kind of object, each way to get it. */
export async function apiRoleFaults(db: Db): Promise<VerifyFault[]> {
  const rollups = (await namesOf(db, 'table')).filter((name) => name.startsWith('skill_rollup_'))
  const sequences = await namesOf(db, 'sequence')
  let next = 0
  const one = (privilege: string, target: string, object: string): VerifyFault => {
    const role = ROLES[next++ % ROLES.length] ?? ''
    return fault(
      `${role} has ${privilege} on ${target}`,
      `CREATE ROLE ${role}; GRANT ${privilege} ON ${target} TO ${role}`,
      `${object}: ${role} has `,
      CHECK,
    )
  }
  return [
    ...[...TABLES, 'schema_migrations'].flatMap((table) => TABLE_PRIVILEGES.map((privilege) => one(privilege, table, `table ${table}`))),
    ...rollups.map((table, i) => one(TABLE_PRIVILEGES[i % TABLE_PRIVILEGES.length] ?? '', table, `table ${table}`)),
    ...['SELECT (version)', 'INSERT (version)', 'UPDATE (version)', 'REFERENCES (version)'].flatMap((privilege) =>
      ['skill_usage_events', 'skills_registry', 'schema_migrations'].map((table) => one(privilege, table, `table ${table}`)),
    ),
    ...['v_skill_effectiveness', 'v_skill_cooccurrence'].flatMap((view) =>
      ['SELECT', 'TRIGGER'].map((privilege) => one(privilege, view, `view ${view}`)),
    ),
    ...sequences.flatMap((sequence) =>
      ['USAGE', 'SELECT', 'UPDATE'].map((privilege) => one(privilege, `SEQUENCE ${sequence}`, `sequence ${sequence}`)),
    ),
    ...[LOG, ASK, UNLOCK, 'log_skill_usage_batch(uuid, jsonb, uuid, boolean)', 'forget_skill_user(uuid)'].map((signature) =>
      one('EXECUTE', `FUNCTION ${signature}`, `function ${signature}`),
    ),
    ...WAYS,
  ]
}

const WAYS: readonly VerifyFault[] = [
  fault(
    'anon opens gates through a group',
    `CREATE ROLE anon; CREATE ROLE web; GRANT web TO anon; GRANT EXECUTE ON FUNCTION ${UNLOCK} TO web`,
    'function unlock_skill',
    CHECK,
  ),
  fault(
    'anon opens gates through a group of a group',
    `CREATE ROLE anon; CREATE ROLE web; CREATE ROLE inner_web; GRANT inner_web TO web; GRANT web TO anon; GRANT UPDATE ON skill_unlocks TO inner_web`,
    'table skill_unlocks',
    CHECK,
  ),
  fault(
    'anon opens gates through PUBLIC',
    `CREATE ROLE anon; GRANT EXECUTE ON FUNCTION ${UNLOCK} TO PUBLIC`,
    'function unlock_skill',
    CHECK,
  ),
  fault(
    'anon opens gates through a role that it can switch to',
    `CREATE ROLE anon NOINHERIT; CREATE ROLE web; GRANT web TO anon; GRANT EXECUTE ON FUNCTION ${UNLOCK} TO web`,
    'function unlock_skill',
    CHECK,
  ),
  fault('anon is a member of the owner', 'CREATE ROLE anon; GRANT postgres TO anon', 'role anon', CHECK),
  fault(
    'anon is a member of the application',
    'CREATE ROLE anon; CREATE ROLE shop LOGIN; GRANT SELECT ON skill_unlocks TO shop; GRANT shop TO anon',
    'role anon',
    CHECK,
  ),
  fault('anon reads everything', 'CREATE ROLE anon; GRANT pg_read_all_data TO anon', 'role anon', { ...CHECK, minVersion: 14 }),
  fault('anon writes everything', 'CREATE ROLE anon; CREATE ROLE web; GRANT pg_write_all_data TO web; GRANT web TO anon', 'role anon', {
    ...CHECK,
    minVersion: 14,
  }),
  ...['SUPERUSER', 'BYPASSRLS', 'CREATEROLE', 'REPLICATION'].map((attribute) =>
    fault(`anon has ${attribute}`, `CREATE ROLE anon ${attribute}`, 'role anon', CHECK),
  ),
  fault('anon owns a table', 'CREATE ROLE anon; ALTER TABLE skill_feedback OWNER TO anon', 'role anon', CHECK),
  fault(
    'anon got a privilege from another role',
    'CREATE ROLE anon; CREATE ROLE giver; GRANT SELECT ON skill_unlocks TO giver WITH GRANT OPTION; SET ROLE giver; GRANT SELECT ON skill_unlocks TO anon; RESET ROLE',
    'table skill_unlocks',
    CHECK,
  ),
  fault(
    'anon reads a child of the events',
    'CREATE ROLE anon; CREATE TABLE part () INHERITS (skill_usage_events); GRANT SELECT ON part TO anon',
    'table part',
    CHECK,
  ),
  fault(
    'anon writes through a view of somebody else',
    'CREATE ROLE anon; CREATE VIEW gates AS SELECT * FROM skill_unlocks; GRANT INSERT ON gates TO anon',
    'view gates',
    CHECK,
  ),
  fault(
    'anon reads through a view of somebody else',
    'CREATE ROLE anon; CREATE VIEW gates AS SELECT * FROM skill_unlocks; GRANT SELECT ON gates TO anon',
    'view gates',
    { check: 'safety.api-views', warns: true },
  ),
  fault(
    'anon reads a materialized view',
    'CREATE ROLE anon; CREATE MATERIALIZED VIEW sets AS SELECT * FROM v_skill_cooccurrence; GRANT SELECT ON sets TO anon',
    'materialized view sets',
    { check: 'safety.api-views', warns: true },
  ),
]
