import type { QualifiedName } from '../lexer/cursor.ts'
import type { HazardMemory } from './hazard-memory.ts'
import { tableKey } from './table-key.ts'

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
  /** What was seen earlier in the run, see `HazardRun`. */
  memory?: HazardMemory | undefined
}

/** What an action is done to. */
export interface Target {
  table: QualifiedName | undefined
  context: HazardContext
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
