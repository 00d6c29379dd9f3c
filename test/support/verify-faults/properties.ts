import { fault, TABLES, type VerifyFault } from './fault.ts'

const STORED = [
  'skills_registry.meta',
  'skill_usage_events.artifacts',
  'skill_usage_events.state_snapshot',
  'skill_usage_events.session_id',
  'skill_feedback.notes',
  'skill_feedback.tags',
  'skill_unlocks.unlock_reason',
  'agent_emergence_candidates.cooccur_skills',
]
const REQUIRED = ['skill_usage_events.outcome', 'skill_feedback.skill_id', 'skill_unlocks.unlocked', 'skills_registry.version']
const NEW_OBJECTS = [
  ['tables', 'SELECT'],
  ['tables', 'INSERT, UPDATE'],
  ['sequences', 'USAGE'],
  ['functions', 'EXECUTE'],
] as const

/** `ALTER TABLE t ALTER COLUMN c what` for `t.c`. */
function alter(column: string, what: string): string {
  const [table, name] = column.split('.')
  return `ALTER TABLE ${table} ALTER COLUMN ${name} ${what}`
}

/** What is not part of the definition of an object, and changes what it does. */
export const PROPERTY_FAULTS: readonly VerifyFault[] = [
  ...TABLES.flatMap((table) => [
    fault(`a child of ${table}`, `CREATE TABLE theirs () INHERITS (${table})`, `table ${table}`, { check: 'drift.extra' }),
    fault(
      `a child of ${table} in another schema`,
      `CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.theirs () INHERITS (${table})`,
      'the child table elsewhere.theirs',
      { check: 'drift.extra' },
    ),
    fault(
      `updates of ${table} that cannot be published`,
      `CREATE PUBLICATION theirs FOR TABLE ${table}; ALTER TABLE ${table} REPLICA IDENTITY NOTHING`,
      `table ${table}: none`,
      { check: 'health.replica-identity', backends: 'server' },
    ),
  ]),
  ...STORED.map((column) => fault(`plain storage of ${column}`, alter(column, 'SET STORAGE PLAIN'), `column ${column}`)),
  fault(
    'a row filter with another column',
    'CREATE PUBLICATION theirs FOR TABLE skill_feedback WHERE (rating > 3)',
    'the row filter uses other columns',
    { check: 'health.replica-identity', backends: 'server', minVersion: 15 },
  ),
  fault('a column list without the key', 'CREATE PUBLICATION theirs FOR TABLE skill_unlocks (user_id)', 'the column list', {
    check: 'health.replica-identity',
    remedy: 'words',
    backends: 'server',
    minVersion: 15,
  }),
  fault(
    'a replica identity of an index that is gone',
    `CREATE UNIQUE INDEX theirs ON skill_unlocks (skill_id, user_id); ALTER TABLE skill_unlocks REPLICA IDENTITY USING INDEX theirs; DROP INDEX theirs;
     CREATE PUBLICATION theirs FOR TABLE skill_unlocks`,
    'table skill_unlocks: none',
    { check: 'health.replica-identity', backends: 'server' },
  ),
  ...REQUIRED.map((column) =>
    fault(
      `older rows of ${column} can be null`,
      `${alter(column, 'DROP NOT NULL')}; ALTER TABLE ${column.split('.')[0]} ADD CONSTRAINT theirs NOT NULL ${column.split('.')[1]} NOT VALID`,
      `column ${column}`,
      { check: 'tables.rows', warns: true, minVersion: 18 },
    ),
  ),
  ...NEW_OBJECTS.map(([kind, privileges]) =>
    fault(
      `${privileges} on new ${kind} for PUBLIC`,
      `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ${privileges} ON ${kind.toUpperCase()} TO PUBLIC`,
      `default privileges on ${kind} to PUBLIC: ${privileges}`,
      { check: 'drift.default-privileges', warns: true },
    ),
  ),
  fault(
    'a role whose new tables are open to PUBLIC',
    'CREATE ROLE maker; ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC',
    'default privileges on tables to PUBLIC: SELECT',
    { check: 'drift.default-privileges', warns: true },
  ),
  fault(
    'a default of a view',
    'ALTER VIEW v_skill_effectiveness ALTER COLUMN total_uses SET DEFAULT 1',
    'v_skill_effectiveness.total_uses',
  ),
]
