import type { Cursor, QualifiedName } from '../lexer/cursor.ts'
import type { StatementKind } from '../statements/statement-kind.ts'
import type { HazardContext } from './hazard-context.ts'
import { blockedBy, type Blocks, type LockLevel } from './lock-levels.ts'

/** Every code there is, in the order of docs/migrate-hazards.md. A code never changes its meaning. */
export const HAZARD_CODES = [
  'INDEX_NOT_CONCURRENT',
  'DROP_INDEX_NOT_CONCURRENT',
  'REINDEX_NOT_CONCURRENT',
  'ADD_COLUMN_REWRITE',
  'ADD_COLUMN_REQUIRED',
  'ADD_CHECK',
  'ADD_FOREIGN_KEY',
  'VALIDATE_IN_SAME_TRANSACTION',
  'ADD_UNIQUE',
  'ADD_PRIMARY_KEY',
  'ADD_EXCLUDE',
  'SET_NOT_NULL',
  'ALTER_COLUMN_TYPE',
  'SET_EXPRESSION',
  'SET_LOGGED',
  'SET_UNLOGGED',
  'SET_ACCESS_METHOD',
  'SET_TABLESPACE',
  'CLUSTER',
  'VACUUM_FULL',
  'DROP_COLUMN',
  'DROP_TABLE',
  'DROP_DATABASE',
  'DROP_CASCADE',
  'DROP_NOT_NULL',
  'RENAME_COLUMN',
  'RENAME_TABLE',
  'SET_SCHEMA',
  'TRUNCATE',
  'TRUNCATE_CASCADE',
  'ATTACH_PARTITION',
  'DETACH_PARTITION_NOT_CONCURRENT',
  'PARTITION_OF',
  'CREATE_TRIGGER',
  'REFRESH_NOT_CONCURRENT',
  'LOCK_TABLE',
  'DOMAIN_SCAN',
  'UPDATE_ALL_ROWS',
  'DELETE_ALL_ROWS',
  'ENUM_VALUE_IN_SAME_TRANSACTION',
] as const

export type HazardCode = (typeof HAZARD_CODES)[number]

/** What a statement does to those who use the database while it runs, or to what they wrote against it. */
export interface Hazard {
  /** docs/migrate-hazards.md lists them. */
  code: HazardCode
  /** The strongest lock it takes on `table`; where there is none, on what the message says. */
  lock: LockLevel
  /** What others cannot do meanwhile. A lock is held to the end of the transaction, so a short one too can be long. */
  blocks: Blocks
  /** The data is written anew, in as much disk space again; or may be, where the message says so. */
  rewrite: boolean
  /** What is locked, with the schema where that is written: a table, or the view or index that ALTER names; absent when the statement does not say. */
  table?: string
  /** One line. */
  message: string
  /** What to write instead, one line. */
  advice: string
  /** UTF-16 offset in the statement. */
  offset: number
}

/** One statement under examination; the cursor stands at its beginning. */
export interface Subject {
  cursor: Cursor
  kind: StatementKind
  context: HazardContext
}

export type HazardRule = (subject: Subject) => Hazard[]

interface Draft extends Pick<Hazard, 'code' | 'lock' | 'message' | 'advice' | 'offset'> {
  table?: QualifiedName | undefined
  rewrite?: boolean
  /** Only where it does not follow from the lock. */
  blocks?: Blocks
}

/** A hazard from what is particular to it. */
export function hazard({ table, rewrite = false, blocks, ...draft }: Draft): Hazard {
  return {
    ...draft,
    message: oneLine(draft.message),
    advice: oneLine(draft.advice),
    blocks: blocks ?? blockedBy(draft.lock),
    rewrite,
    ...(table === undefined ? {} : { table: nameOf(table) }),
  }
}

/** As shown to people; `the table` when the statement names none. */
export function nameOf(name: QualifiedName | undefined): string {
  if (name === undefined) return 'the table'
  return name.schema === undefined ? name.name : `${name.schema}.${name.name}`
}

/** A quoted name may hold line breaks and worse. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ')
}
