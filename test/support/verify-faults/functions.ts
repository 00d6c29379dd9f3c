import type { Db } from '../../../src/db/db.ts'
import { ASK, changed, fault, LOG, UNLOCK, type VerifyFault } from './fault.ts'

/** Each property of the three functions that applications call, and changes of their text. */
export async function functionFaults(db: Db): Promise<VerifyFault[]> {
  return [...[LOG, ASK, UNLOCK].flatMap(propertyFaults), ...(await bodyFaults(db))]
}

function propertyFaults(name: string): VerifyFault[] {
  const object = `function ${name.replace(/\(.*/, '')}`
  return [
    fault(`drop ${object}`, `DROP FUNCTION ${name}`, object),
    fault(`security of ${object}`, `ALTER FUNCTION ${name} SECURITY INVOKER`, object),
    fault(`no search_path of ${object}`, `ALTER FUNCTION ${name} RESET search_path`, object),
    fault(`other search_path of ${object}`, `ALTER FUNCTION ${name} SET search_path TO pg_catalog`, object),
    fault(`search_path of ${object} without pg_temp`, `ALTER FUNCTION ${name} SET search_path TO public`, object),
    fault(`a setting of ${object}`, `ALTER FUNCTION ${name} SET work_mem TO '64kB'`, object),
    fault(`volatility of ${object}`, `ALTER FUNCTION ${name} IMMUTABLE`, object),
    fault(`strictness of ${object}`, `ALTER FUNCTION ${name} STRICT`, object),
    fault(`parallel safety of ${object}`, `ALTER FUNCTION ${name} PARALLEL SAFE`, object),
    fault(`rename ${object}`, `ALTER FUNCTION ${name} RENAME TO renamed`, object),
  ]
}

/** Changes to the text of a function, most of which change its behaviour. */
const BODY_CHANGES: readonly (readonly [signature: string, from: string, to: string])[] = [
  [LOG, "coalesce(p_state_snapshot, '{}'::jsonb)", 'p_state_snapshot'],
  [LOG, 'RETURN v_event_id', 'RETURN 1'],
  [LOG, 'p_user_id, p_session_id', 'p_user_id, NULL'],
  [LOG, 'p_tier, p_outcome', "p_tier, 'success'"],
  [ASK, "= 'foundational'", "= 'lineage'"],
  [ASK, 'AND u.unlocked', ''],
  [ASK, 'AND u.skill_id = p_skill_id', ''],
  [ASK, 'u.user_id = p_user_id AND ', ''],
  [UNLOCK, 'unlock_reason = excluded.unlock_reason', 'unlock_reason = skill_unlocks.unlock_reason'],
  [UNLOCK, 'unlocked      = excluded.unlocked', 'unlocked = skill_unlocks.unlocked'],
  [UNLOCK, 'RETURN true', 'RETURN false'],
  [UNLOCK, 'true, pg_catalog.now(), p_unlock_reason', 'true, NULL, p_unlock_reason'],
  [UNLOCK, '-- now() is in VALUES', '-- now() stays in VALUES'],
]

async function bodyFaults(db: Db): Promise<VerifyFault[]> {
  const made: VerifyFault[] = []
  for (const [signature, from, to] of BODY_CHANGES) {
    const object = `function ${signature.replace(/\(.*/, '')}`
    const [row] = await db.query<{ text: string }>(`SELECT pg_get_functiondef('${signature}'::regprocedure) AS text`)
    made.push(fault(`body of ${object}: ${from} becomes ${to}`, changed(row?.text ?? '', from, to), object))
  }
  const [ask] = await db.query<{ text: string }>(`SELECT pg_get_functiondef('${ASK}'::regprocedure) AS text`)
  const [log] = await db.query<{ text: string }>(`SELECT pg_get_functiondef('${LOG}'::regprocedure) AS text`)
  return [
    ...made,
    fault(
      'language of is_skill_unlocked',
      `DROP FUNCTION ${ASK}; ${changed(ask?.text ?? '', 'LANGUAGE plpgsql', 'LANGUAGE sql').replace(/AS \$function\$[^]*\$function\$/, 'AS $f$ SELECT false $f$')}`,
      'function is_skill_unlocked',
    ),
    fault(
      'a default of log_skill_usage',
      `DROP FUNCTION ${LOG}; ${changed(log?.text ?? '', 'DEFAULT NULL::integer', 'DEFAULT 0')}`,
      'function log_skill_usage',
    ),
    fault(
      'argument of unlock_skill',
      `DROP FUNCTION ${UNLOCK}; CREATE FUNCTION unlock_skill(a uuid, b text, c text) RETURNS boolean LANGUAGE sql AS 'SELECT true'`,
      'function unlock_skill',
    ),
    fault(
      'result of log_skill_usage',
      `DROP FUNCTION ${LOG}; ${changed(log?.text ?? '', 'RETURNS bigint', 'RETURNS text')}`,
      'function log_skill_usage',
    ),
  ]
}
