import type { Cursor, QualifiedName } from '../lexer/cursor.ts'
import type { StatementKind } from '../statements/classify.ts'
import type { AlterAction } from './alter-actions.ts'
import type { Hazard, HazardType } from './hazard.ts'
import { tableKey, type RunMemory } from './run-memory.ts'

/** What is known when a statement runs. */
export interface HazardContext {
  /**
   * The keys (`tableKey`) of the tables, views, types and domains that the run created before, and of their indexes. They
   * are empty and unused, so no statement on them is a hazard.
   */
  created: ReadonlySet<string>
  /** Whether the statements of the file share one transaction. */
  inTransaction: boolean
  /** `server_version_num`; without it the advice fits every version from 13 on. */
  serverVersion?: number | undefined
  memory?: RunMemory | undefined
}

/** One statement under examination; the cursor is at its first token. */
export interface Subject {
  cursor: Cursor
  kind: StatementKind
  context: HazardContext
}

/** The table that an action of ALTER TABLE changes. */
export interface Target {
  table: QualifiedName | undefined
  context: HazardContext
}

export type StatementRule = (subject: Subject) => Hazard[]

export type ActionRule = (action: AlterAction, target: Target) => Hazard[]

/** The hazards of one subject, and the rules that find them. */
export interface HazardGroup {
  types: readonly HazardType[]
  /** By the verb that `classify` gives. */
  statements?: Readonly<Record<string, StatementRule>>
  /** By the action of an ALTER TABLE. */
  actions?: Readonly<Partial<Record<AlterAction['does'], ActionRule>>>
  /** Applied to each statement. */
  every?: StatementRule
}

/** Whether the run created the table. */
export function isNew({ created }: HazardContext, table: QualifiedName | undefined): boolean {
  return table !== undefined && created.has(tableKey(table))
}

/** Whether the server is known to have this major version or a later one. */
export function isAtLeast({ serverVersion }: HazardContext, major: number): boolean {
  return serverVersion !== undefined && serverVersion >= major * 10_000
}

/** Where to put a statement that must not share a transaction with this one. */
export function inLaterStep({ inTransaction }: HazardContext): string {
  return inTransaction ? 'in a later file' : 'in a later statement'
}

/** Where to put a statement that cannot run in a transaction. */
export function inOwnFile({ inTransaction }: HazardContext): string {
  return inTransaction ? ', in a file of its own that begins with the line `-- skills: no-transaction`' : ''
}

export interface PlacedName {
  name: QualifiedName
  offset: number
}

/** Reads `[ONLY] name [*] [(columns)], ...` as in DROP, TRUNCATE, LOCK and VACUUM. */
export function readNames(cursor: Cursor): PlacedName[] {
  const names: PlacedName[] = []
  do {
    cursor.accept('only')
    const offset = cursor.peek().start
    const name = cursor.name()
    if (name === undefined) break
    names.push({ name, offset })
    cursor.acceptSymbol('*')
    if (cursor.isSymbol('(')) cursor.skipItem()
  } while (cursor.acceptSymbol(','))
  return names
}

/** The same, without what the run created. */
export function readOldNames(cursor: Cursor, context: HazardContext): PlacedName[] {
  return readNames(cursor).filter(({ name }) => !isNew(context, name))
}
