import { fault, type VerifyFault } from './fault.ts'

const NAMES: readonly (readonly [name: string, args: string])[] = [
  ['log_skill_usage', 'uuid, text, text, text, text, text'],
  ['is_skill_unlocked', 'uuid, text'],
  ['unlock_skill', 'uuid, text, text'],
  ['log_skill_usage_batch', 'uuid, jsonb, uuid, boolean'],
]

const CHECK: Partial<VerifyFault> = { check: 'functions.overloads' }
const create = (name: string, args: string, more = ''): string =>
  `CREATE FUNCTION ${name}(${args}) RETURNS boolean LANGUAGE sql AS 'SELECT true'; REVOKE EXECUTE ON FUNCTION ${name}(${args}) FROM PUBLIC; ${more}`

/** Functions that receive calls of ours, or make them ambiguous. */
export const OVERLOAD_FAULTS: readonly VerifyFault[] = [
  fault(
    'log_skill_usage_batch(uuid, jsonb)',
    create('log_skill_usage_batch', 'uuid, jsonb'),
    'function log_skill_usage_batch(uuid, jsonb)',
    CHECK,
  ),
  fault('is_skill_unlocked(text, text)', create('is_skill_unlocked', 'text, text'), 'function is_skill_unlocked(text, text)', CHECK),
  fault(
    'is_skill_unlocked(uuid, varchar)',
    create('is_skill_unlocked', 'uuid, varchar'),
    'function is_skill_unlocked(uuid, character varying)',
    CHECK,
  ),
  fault(
    'skill_text_fault(text, text, bigint)',
    create('skill_text_fault', 'text, text, bigint'),
    'function skill_text_fault(text, text, bigint)',
    CHECK,
  ),
  fault('skill_rollup_events()', create('skill_rollup_events', ''), 'function skill_rollup_events()', CHECK),
  fault(
    'unlock_skill with a list of arguments',
    `CREATE FUNCTION unlock_skill(VARIADIC text[]) RETURNS boolean LANGUAGE sql AS 'SELECT true'; REVOKE EXECUTE ON FUNCTION unlock_skill(text[]) FROM PUBLIC`,
    'function unlock_skill(text[])',
    CHECK,
  ),
  fault(
    'a procedure unlock_skill(uuid, text)',
    `CREATE PROCEDURE unlock_skill(uuid, text) LANGUAGE sql AS 'SELECT 1'; REVOKE EXECUTE ON PROCEDURE unlock_skill(uuid, text) FROM PUBLIC`,
    'function unlock_skill(uuid, text)',
    CHECK,
  ),
  ...NAMES.flatMap(([name, args]) => [
    fault(
      `${name} in a schema before ours`,
      `CREATE SCHEMA early; ${create(`early.${name}`, args)} CREATE ROLE early_role; ALTER ROLE early_role SET search_path TO early, public`,
      `function early.${name}(`,
      CHECK,
    ),
    fault(
      `${name} with other types in a schema after ours`,
      `CREATE SCHEMA late; ${create(`late.${name}`, args.replace('uuid', 'text'))} CREATE ROLE late_role; ALTER ROLE late_role SET search_path TO public, late`,
      `function late.${name}(`,
      CHECK,
    ),
  ]),
]
