import { fault, type VerifyFault } from './fault.ts'

export const REGISTRY_FAULTS: readonly VerifyFault[] = [
  fault('version behind', "UPDATE skills_registry SET version = '1.1.0' WHERE skill_id = 'one'", 'skill one'),
  fault('version ahead', "UPDATE skills_registry SET version = '1.10.0' WHERE skill_id = 'one'", 'skill one'),
  fault('another sha256', "UPDATE skills_registry SET sha256 = 'x' WHERE skill_id = 'one'", 'skill one'),
  fault('no sha256', "UPDATE skills_registry SET sha256 = NULL WHERE skill_id = 'two'", 'skill two'),
  fault('a gate opened', `UPDATE skills_registry SET meta = meta || '{"category": "foundational"}' WHERE skill_id = 'one'`, 'skill one'),
  fault('a key of meta gone', "UPDATE skills_registry SET meta = meta - 'tier' WHERE skill_id = 'one'", 'skill one'),
  fault('no meta', "UPDATE skills_registry SET meta = '{}' WHERE skill_id = 'two'", 'skill two'),
  fault('a skill gone', "DELETE FROM skills_registry WHERE skill_id = 'two'", 'skill two'),
  fault('an orphan', `INSERT INTO skills_registry (skill_id, version, meta) VALUES ('gone', '1.0.0', '{"root": "skills"}')`, 'skill gone'),
  fault('a skill that an operator disabled', "UPDATE skills_registry SET enabled = false WHERE skill_id = 'one'", 'skill one', {
    check: 'registry.disabled-by-hand',
    warns: true,
  }),
]
