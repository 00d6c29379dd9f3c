import type { Diagnostic } from '../../core/diagnostics.ts'
import type { LockWait } from '../ledger/lock.ts'
import type { Count, Position } from '../../core/report-types.ts'

/** What `migrate` did. Safe to print as JSON. */
export interface MigrateReport {
  schema: string
  ledger: string
  dryRun: boolean
  /** Applied in this run, in order. */
  applied: AppliedMigration[]
  /** Not applied: after a failure, or in a dry run. */
  pending: PendingMigration[]
  /** Applied before this run. */
  alreadyApplied: Count
  /** Versions that sort before one that was applied earlier. */
  outOfOrder: string[]
  /** Versions whose row came from an older tool: taken over without a digest to compare. */
  adopted: string[]
  /** Versions that this tool applied and whose file is gone. */
  missing: string[]
  /** What the server said while the files ran. */
  notices: string[]
  diagnostics: Diagnostic[]
}

export interface AppliedMigration {
  version: string
  file: string
  statements: Count
  durationMs: Count
  /** Objects that were there before: the file's statement was skipped for them. */
  existing: ExistingObject[]
}

export interface PendingMigration {
  version: string
  file: string
  statements: Count
  transaction: boolean
  /** What would run; in a dry run only. */
  plan?: PlannedStatement[]
}

export interface PlannedStatement {
  line: Position
  /** On one line, cut to 100 characters. */
  text: string
  hazards: PlannedHazard[]
}

/** What a statement does to those who use the database while it runs; docs/migrate-hazards.md has the codes. */
export interface PlannedHazard {
  code: string
  line: Position
  column: Position
  /** Lock mode, as `ACCESS EXCLUSIVE`. */
  lock: string
  /** What others cannot do meanwhile. */
  blocks: string
  rewrite: boolean
  table?: string
  message: string
  advice: string
}

export interface ExistingObject {
  line: Position
  column: Position
  kind: string
  name: string
  /** What it belongs to: the table of a column, a constraint, an index. */
  table?: string
  /** Whether it is what the files make of it; absent when that could not be found out. */
  same?: boolean
  /** How it is not, a line each. */
  differences?: string[]
  /** `if not exists`: the statement allows it. `tolerated`: it failed with `sqlstate`, was rolled back by itself and skipped. */
  how: 'if not exists' | 'tolerated'
  sqlstate?: string
}

/** What goes on, for progress displays. */
export type MigrateEvent =
  | LockWait
  | { type: 'file-start'; version: string; number: number; total: number }
  | { type: 'file-done'; migration: AppliedMigration }
