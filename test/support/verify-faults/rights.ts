import { ASK, fault, LOG, TABLES, UNLOCK, type VerifyFault } from './fault.ts'

export const RIGHT_FAULTS: readonly VerifyFault[] = [
  fault('EXECUTE given to PUBLIC to log', `GRANT EXECUTE ON FUNCTION ${LOG} TO PUBLIC`, 'log_skill_usage'),
  fault('EXECUTE given to PUBLIC to ask', `GRANT EXECUTE ON FUNCTION ${ASK} TO PUBLIC`, 'is_skill_unlocked'),
  fault('EXECUTE given to PUBLIC', `GRANT EXECUTE ON FUNCTION ${UNLOCK} TO PUBLIC`, 'unlock_skill'),
  ...TABLES.map((table) => fault(`PUBLIC writes to ${table}`, `GRANT INSERT ON ${table} TO PUBLIC`, `table ${table}`)),
  fault('PUBLIC reads telemetry', 'GRANT SELECT ON skill_usage_events TO PUBLIC', 'table skill_usage_events'),
  fault('PUBLIC reads a column', 'GRANT SELECT (notes) ON skill_feedback TO PUBLIC', 'column skill_feedback.notes'),
  fault('PUBLIC reads a view', 'GRANT SELECT ON v_skill_effectiveness TO PUBLIC', 'v_skill_effectiveness'),
  fault(
    'an owner without rights',
    `CREATE ROLE mutant; GRANT CREATE ON SCHEMA public TO mutant; ALTER FUNCTION ${LOG} OWNER TO mutant`,
    'log_skill_usage',
  ),
  fault('an open API', 'CREATE ROLE anon; GRANT SELECT ON skill_feedback TO anon', 'table skill_feedback'),
]
