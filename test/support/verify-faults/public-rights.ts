import type { Db } from '../../../src/db/db.ts'
import { fault, TABLES, type VerifyFault } from './fault.ts'
import { namesOf } from './own-objects.ts'

const TABLE_PRIVILEGES = ['SELECT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']
const COLUMN_PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']

/** PUBLIC has a privilege on an object of the package: each privilege, each object. */
export async function publicRightFaults(db: Db): Promise<VerifyFault[]> {
  const rollups = (await namesOf(db, 'table')).filter((name) => name.startsWith('skill_rollup_'))
  const views = await namesOf(db, 'view')
  const sequences = await namesOf(db, 'sequence')
  return [
    ...TABLES.flatMap((table) => TABLE_PRIVILEGES.map((privilege) => toPublic(privilege, 'TABLE', table))),
    ...TABLES.map((table) => ({ ...toPublic('MAINTAIN', 'TABLE', table), minVersion: 17 })),
    ...rollups.map((table, i) => toPublic(TABLE_PRIVILEGES[i % TABLE_PRIVILEGES.length] ?? '', 'TABLE', table)),
    ...views.flatMap((view) => ['SELECT', 'INSERT', 'UPDATE', 'DELETE'].map((privilege) => toPublic(privilege, 'TABLE', view))).slice(1),
    ...sequences.flatMap((sequence) => ['USAGE', 'SELECT', 'UPDATE'].map((privilege) => toPublic(privilege, 'SEQUENCE', sequence))),
    ...TABLES.flatMap((table) =>
      COLUMN_PRIVILEGES.map((privilege) => {
        const column = table === 'skills_registry' ? 'version' : table === 'agent_emergence_candidates' ? 'tier' : 'skill_id'
        return fault(
          `PUBLIC has ${privilege} on column ${table}.${column}`,
          `GRANT ${privilege} (${column}) ON ${table} TO PUBLIC`,
          `column ${table}.${column}`,
        )
      }),
    ),
    fault('PUBLIC has all privileges on all tables', 'GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC', 'skill_feedback'),
    fault('PUBLIC has all privileges on all sequences', 'GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO PUBLIC', 'skill_feedback_id_seq'),
    fault('PUBLIC has all privileges on all functions', 'GRANT ALL ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC', 'forget_skill_user'),
    fault('PUBLIC creates objects in the schema', 'GRANT CREATE ON SCHEMA public TO PUBLIC', 'schema public'),
  ]
}

function toPublic(privilege: string, kind: string, name: string): VerifyFault {
  return fault(`PUBLIC has ${privilege} on ${kind} ${name}`, `GRANT ${privilege} ON ${kind} ${name} TO PUBLIC`, name)
}
