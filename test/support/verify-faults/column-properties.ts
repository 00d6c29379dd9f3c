import { fault, type VerifyFault } from './fault.ts'

const COLLATED = [
  'skills_registry.skill_id',
  'skill_unlocks.skill_id',
  'skill_usage_events.skill_id',
  'skill_usage_events.session_id',
  'skill_feedback.notes',
  'agent_emergence_candidates.status',
]
const NUMBERED = ['skill_usage_events', 'skill_feedback', 'agent_emergence_candidates']

const alter = (column: string, what: string): string => {
  const [table, name] = column.split('.')
  return `ALTER TABLE ${table} ALTER COLUMN ${name} ${what}`
}

/** Properties of columns that a type does not show. */
export const COLUMN_PROPERTY_FAULTS: readonly VerifyFault[] = [
  ...COLLATED.map((column) =>
    fault(
      `collation of ${column}`,
      `DROP VIEW v_skill_effectiveness, v_skill_cooccurrence; ${alter(column, 'TYPE text COLLATE "POSIX"')}`,
      `column ${column}`,
    ),
  ),
  ...NUMBERED.flatMap((table) => [
    fault(`a key of ${table} that only the database gives`, `${identity(table, 'ALWAYS')}`, `column ${table}.id`),
    fault(
      `no default of the key of ${table}`,
      `${alter(`${table}.id`, 'DROP DEFAULT')}; DROP SEQUENCE ${table}_id_seq`,
      `column ${table}.id`,
    ),
  ]),
  fault(
    'the precision of a rate',
    alter('agent_emergence_candidates.avg_success_rate', 'TYPE numeric(5, 2)'),
    'column agent_emergence_candidates.avg_success_rate',
  ),
  fault(
    'a length of a text',
    `DROP VIEW v_skill_effectiveness; ${alter('skill_feedback.version', 'TYPE varchar(64)')}`,
    'column skill_feedback.version',
  ),
  fault(
    'a domain in place of a type',
    `CREATE DOMAIN theirs AS text; ${alter('skill_feedback.notes', 'TYPE theirs')}`,
    'column skill_feedback.notes',
  ),
  fault('seconds without fractions', alter('skills_registry.updated_at', 'TYPE timestamptz(0)'), 'column skills_registry.updated_at'),
  fault(
    'another time of an event',
    alter('skill_usage_events.created_at', "SET DEFAULT '2026-01-01'"),
    'column skill_usage_events.created_at',
  ),
  fault(
    'the time of the statement',
    alter('skill_usage_events.created_at', 'SET DEFAULT clock_timestamp()'),
    'column skill_usage_events.created_at',
  ),
  fault('another trust level by default', alter('skills_registry.trust_level', 'SET DEFAULT 5'), 'column skills_registry.trust_level'),
  fault('a skill that is disabled by default', alter('skills_registry.enabled', 'SET DEFAULT false'), 'column skills_registry.enabled'),
  fault('an unlock by default', alter('skill_unlocks.unlocked', 'SET DEFAULT true'), 'column skill_unlocks.unlocked'),
  fault(
    'another status by default',
    alter('agent_emergence_candidates.status', "SET DEFAULT 'approved'"),
    'column agent_emergence_candidates.status',
  ),
  fault('another transaction of an event', alter('skill_usage_events.txid', 'SET DEFAULT 0'), 'column skill_usage_events.txid'),
  fault('another transaction of a feedback', alter('skill_feedback.txid', 'SET DEFAULT 0'), 'column skill_feedback.txid'),
  fault(
    'a generated column',
    `ALTER TABLE skill_feedback DROP COLUMN notes; ALTER TABLE skill_feedback ADD COLUMN notes text GENERATED ALWAYS AS ('x') STORED`,
    'column skill_feedback.notes',
  ),
]

function identity(table: string, kind: string): string {
  return `ALTER TABLE ${table} ALTER COLUMN id DROP DEFAULT; DROP SEQUENCE ${table}_id_seq; ${alter(`${table}.id`, `ADD GENERATED ${kind} AS IDENTITY`)}`
}
