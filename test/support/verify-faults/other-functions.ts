import { ASK, fault, LOG, UNLOCK, type VerifyFault } from './fault.ts'

const TEXTS: readonly (readonly [string, string])[] = [
  ['one argument less', '(p_user_id uuid)'],
  ['other types', '(p_user_id text, p_skill_id text)'],
]

/** Functions with the name of one of ours, and other options of ours. */
export const OTHER_FUNCTION_FAULTS: readonly VerifyFault[] = [
  ...['log_skill_usage', 'is_skill_unlocked', 'unlock_skill', 'log_skill_usage_batch'].flatMap((name) =>
    TEXTS.map(([what, args]) =>
      fault(
        `${name} with ${what} too`,
        `CREATE FUNCTION ${name}${args} RETURNS boolean LANGUAGE sql AS 'SELECT true'; REVOKE EXECUTE ON FUNCTION ${name}${args.replaceAll(/p_\w+ /g, '')} FROM PUBLIC`,
        `function ${name}`,
        { check: 'functions.overloads' },
      ),
    ),
  ),
  ...[LOG, ASK, UNLOCK].flatMap((signature) => {
    const object = `function ${signature.replace(/\(.*/, '')}`
    return [
      fault(`a role of ${object}`, `ALTER FUNCTION ${signature} SET role TO 'none'`, object),
      fault(`row_security of ${object}`, `ALTER FUNCTION ${signature} SET row_security TO off`, object),
      fault(`a time limit of ${object}`, `ALTER FUNCTION ${signature} SET statement_timeout TO '1ms'`, object),
      fault(
        `a schema before ours for ${object}`,
        `CREATE SCHEMA theirs; ALTER FUNCTION ${signature} SET search_path TO theirs, public, pg_temp`,
        object,
      ),
      fault(`pg_temp first for ${object}`, `ALTER FUNCTION ${signature} SET search_path TO pg_temp, public`, object),
      fault(`parallel restricted ${object}`, `ALTER FUNCTION ${signature} PARALLEL RESTRICTED`, object),
      fault(`${object} in another schema`, `CREATE SCHEMA elsewhere; ALTER FUNCTION ${signature} SET SCHEMA elsewhere`, object),
    ]
  }),
]
