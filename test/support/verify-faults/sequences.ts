import { fault, type VerifyFault } from './fault.ts'

const SEQUENCES = ['skill_usage_events_id_seq', 'skill_feedback_id_seq', 'agent_emergence_candidates_id_seq']
const CHANGES = [
  'INCREMENT BY 2',
  'INCREMENT BY -1 MINVALUE -100 MAXVALUE 100',
  'MAXVALUE 2147483647',
  'MINVALUE -5',
  'CYCLE',
  'AS integer',
]

/** The options of the sequences that number rows. */
export const SEQUENCE_FAULTS: readonly VerifyFault[] = SEQUENCES.flatMap((sequence) => [
  ...CHANGES.map((change) => fault(`${change} of ${sequence}`, `ALTER SEQUENCE ${sequence} ${change}`, sequence)),
  fault(`drop ${sequence}`, `DROP SEQUENCE ${sequence} CASCADE`, sequence.replace(/_id_seq$/, '.id')),
])
