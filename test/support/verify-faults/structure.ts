import { fault, TABLES, type VerifyFault } from './fault.ts'

const FOREIGN_FUNCTION = `CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`

/** Tables, keys, constraints, triggers, rules, policies and sequences. */
export const STRUCTURE_FAULTS: readonly VerifyFault[] = [
  ...TABLES.map((table) => fault(`drop table ${table}`, `DROP TABLE ${table} CASCADE`, `table ${table}`)),
  ...TABLES.map((table) => fault(`no key of ${table}`, `ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey`, `primary key ${table}`)),
  fault(
    'order of a key',
    'ALTER TABLE skill_unlocks DROP CONSTRAINT skill_unlocks_pkey, ADD PRIMARY KEY (skill_id, user_id)',
    'primary key skill_unlocks',
  ),
  fault(
    'another CHECK',
    'ALTER TABLE skills_registry DROP CONSTRAINT skills_registry_trust_level_check, ADD CONSTRAINT skills_registry_trust_level_check CHECK (trust_level BETWEEN 0 AND 9)',
    'skills_registry_trust_level_check',
  ),
  fault(
    'one CHECK more',
    "ALTER TABLE skill_usage_events ADD CONSTRAINT theirs CHECK (outcome <> 'soft_fail')",
    'skill_usage_events.theirs',
  ),
  fault(
    'a foreign key more',
    'ALTER TABLE skill_feedback ADD CONSTRAINT theirs FOREIGN KEY (skill_id) REFERENCES skills_registry',
    'skill_feedback.theirs',
  ),
  fault('a unique index more', 'CREATE UNIQUE INDEX theirs ON agent_emergence_candidates (signature_hash)', 'index theirs'),
  fault('a column more', 'ALTER TABLE skill_usage_events ADD COLUMN theirs text', 'skill_usage_events.theirs'),
  fault(
    'a trigger',
    `${FOREIGN_FUNCTION}; CREATE TRIGGER theirs BEFORE INSERT ON skill_usage_events FOR EACH ROW EXECUTE FUNCTION theirs()`,
    'skill_usage_events.theirs',
  ),
  fault('a rule', 'CREATE RULE theirs AS ON INSERT TO skill_feedback DO INSTEAD NOTHING', 'skill_feedback.theirs'),
  fault('a policy', 'CREATE POLICY theirs ON skill_unlocks USING (false)', 'skill_unlocks.theirs'),
  fault('step of a sequence', 'ALTER SEQUENCE skill_usage_events_id_seq INCREMENT BY -1', 'skill_usage_events_id_seq'),
  fault('end of a sequence', 'ALTER SEQUENCE skill_feedback_id_seq MAXVALUE 1000', 'skill_feedback_id_seq'),
]
