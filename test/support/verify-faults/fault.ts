import type { Db } from '../../../src/db/db.ts'

/** One fault in a healthy database. Verify must fail and name its object, then the remedy is followed until verify passes. */
export interface VerifyFault {
  /** Unique. */
  title: string
  /** Makes the fault; one message, run by a superuser with the schema in the search_path. */
  sql: string
  /** Part of `object: actual` of a fault that verify reports. */
  object: string
  /** The check that must report it, where others could too. */
  check?: string
  /** The check is a warning: verify passes. */
  warns?: true
  /** There is no safe statement: the remedy says why. */
  remedy?: 'words'
  /** Only on this backend. */
  backends?: 'server' | 'embedded'
  /** Major version of PostgreSQL from which the fault can be made. */
  minVersion?: number
  /** Only a superuser sees it, not a role that can read the tables. */
  roles?: 'superuser'
}

/** A state of the database that verify must not report, or only as a warning. */
export interface HarmlessState extends Pick<VerifyFault, 'title' | 'sql' | 'backends' | 'minVersion'> {
  /** The statements of `sql` run one after the other, outside a transaction, in a database of its own. */
  alone?: true
  /** Runs in the empty database, before the migrations: the state has a database of its own. */
  before?: string
  /** The only check that reports it, as a warning: a fault that a transaction cannot make. */
  warns?: string
  /** The schema that `before` creates for the migrations. */
  schema?: string
  /** Removes from the server what is not in the database, statement by statement, while the database exists. */
  undo?: string
}

/** A family of faults; what the catalog contains decides about some of them. */
export type FaultFamily = readonly VerifyFault[] | ((db: Db) => Promise<readonly VerifyFault[]>)

export function fault(title: string, sql: string, object: string, more: Partial<VerifyFault> = {}): VerifyFault {
  return { title, sql, object, ...more }
}

/** Throws when the text is not found: an unchanged definition is not a fault. */
export function changed(text: string, from: string | RegExp, to: string): string {
  const result = text.replace(from, () => to)
  if (result === text) throw new Error(`there is no ${from} in ${text}`)
  return result
}

/** The five tables that applications use. */
export const TABLES = ['skills_registry', 'skill_unlocks', 'skill_usage_events', 'skill_feedback', 'agent_emergence_candidates'] as const

export const LOG = 'log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb, text, bigint, bigint, numeric)'
export const ASK = 'is_skill_unlocked(uuid, text)'
export const UNLOCK = 'unlock_skill(uuid, text, text)'
