import type { QualifiedName } from '../cursor.ts'
import type { ConstraintType } from './constraint-definition.ts'

/** What a statement meets when it runs. */
export interface HazardContext {
  /**
   * Lower-case names (`tableKey`) of the tables made earlier in the same run, and of their indexes, of views, types and
   * domains: nobody else uses those yet and there is nothing in them, so nothing done to them is dangerous.
   */
  created: ReadonlySet<string>
  /** Whether the statements of the file share one transaction. */
  inTransaction: boolean
  /** `server_version_num`; without it the advice fits every version from 13 on. */
  serverVersion?: number | undefined
  /**
   * Names (`tableKey`) of what is in the database before the run. With it a CREATE TABLE IF NOT EXISTS of one of these
   * makes no new table; without it each CREATE TABLE counts as one that does.
   */
  existing?: ReadonlySet<string> | undefined
  /** What `contextAfter` has seen earlier in the run. */
  memory?: HazardMemory | undefined
}

/** Each set is copied when it grows: a context never changes. */
export interface HazardMemory {
  /** Constraints added NOT VALID in this transaction, `table.constraint`, with their type. */
  notValid: ReadonlyMap<string, ConstraintType>
  /** Labels added to enums in this transaction. */
  enumValues: ReadonlySet<string>
  /** Constraints of this run, not validated yet, that say that a column is not null: `table.constraint` to `table.column`. */
  unproven: ReadonlyMap<string, string>
  /** `table.column` for columns that a valid constraint of this run shows to be without nulls. */
  notNull: ReadonlySet<string>
  /** Tables with a constraint validated in this run that was not added in it: what it says is not known. */
  validated: ReadonlySet<string>
  /** Tables to which this run gave a valid CHECK. */
  checked: ReadonlySet<string>
}

export const NO_MEMORY: HazardMemory = {
  notValid: new Map(),
  enumValues: new Set(),
  unproven: new Map(),
  notNull: new Set(),
  validated: new Set(),
  checked: new Set(),
}

/** The name as it stands in `created`. `t` and `s.t` are different: what the search_path is cannot be told from the text. */
export function tableKey({ schema, name }: QualifiedName): string {
  return (schema === undefined || schema === 'pg_temp' ? name : `${schema}.${name}`).toLowerCase()
}

/** A constraint or column in `memory`. */
export function partKey(table: QualifiedName, part: string): string {
  return `${tableKey(table)}.${part}`
}

export function isNew({ created }: HazardContext, table: QualifiedName | undefined): boolean {
  return table !== undefined && created.has(tableKey(table))
}

/** Whether the server is known to be of this major version or a later one. */
export function isAtLeast({ serverVersion }: HazardContext, major: number): boolean {
  return serverVersion !== undefined && serverVersion >= major * 10_000
}

/** Where a statement goes that must not share a transaction with this one. */
export function later({ inTransaction }: HazardContext): string {
  return inTransaction ? 'in a later file' : 'in a later statement'
}

/** Where a statement goes that cannot run in a transaction. */
export function apart({ inTransaction }: HazardContext): string {
  return inTransaction ? ', in a file of its own that begins with the line `-- skills: no-transaction`' : ''
}
