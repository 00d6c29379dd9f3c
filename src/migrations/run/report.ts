import type { Diagnostic } from '../../core/diagnostics.ts'
import type { Count, FolderNote, Position } from '../../core/report-types.ts'
import type { SchemaWriter } from '../../db/writable-schema.ts'
import { countStatements, type ParsedMigration } from '../files/parse-migration.ts'
import type { LockWait } from '../ledger/lock.ts'
import type { Rename } from '../ledger/renames.ts'

/** What `migrate` did. Safe to print as JSON. */
export interface MigrateReport {
  schema: string
  ledger: string
  dryRun: boolean
  /** Applied in this run, in order. */
  applied: AppliedMigration[]
  /** Not applied: after a failure, or because this is a dry run. */
  pending: PendingMigration[]
  /** Recorded as applied without running, because what they replace is applied; in a dry run, to be recorded. */
  recorded: string[]
  /** Applied before this run. */
  alreadyApplied: Count
  /** Versions that sort before one that was applied earlier. */
  outOfOrder: string[]
  /** Versions whose ledger row an older tool wrote, without a digest to compare. Files of the package run again, and are in `applied`. */
  adopted: string[]
  /** Versions that this tool applied, without a file. */
  missing: string[]
  /** Files that were applied under another name: their ledger rows got the new one; in a dry run they would get it. */
  renamed: Rename[]
  /** Folders of which something is not read. */
  folderNotes: FolderNote[]
  /** The notices (RAISE NOTICE) of the files. */
  notices: string[]
  /** Who else can create objects in the schema, PUBLIC first: such a role can capture calls of functions. */
  schemaWriters: SchemaWriter[]
  /** This run revoked CREATE on the schema from PUBLIC. */
  publicCreateRevoked: boolean
  /** For a superuser: the owners of the schema and of objects in it who are not. What they add to it runs with the privileges of a superuser. */
  foreignOwners: string[]
  diagnostics: Diagnostic[]
}

export interface AppliedMigration {
  version: string
  file: string
  /** Runs again when the file changes. */
  repeatable: boolean
  /** The role that the file ran under; absent: that of the connection. */
  role?: string
  statements: Count
  durationMs: Count
  /** Objects that already existed; their statements were skipped. */
  existing: ExistingObject[]
}

export interface PendingMigration {
  version: string
  file: string
  /** Runs again when the file changes; it can have been applied before. */
  repeatable: boolean
  /** The role that the file runs under; absent: that of the connection. */
  role?: string
  statements: Count
  transaction: boolean
  /** The `check` queries that must be true before; only in a dry run, which does not evaluate them. */
  checks?: { line: Position; text: string }[]
  /** The statements that would run; only in a dry run. */
  plan?: PlannedStatement[]
}

export interface PlannedStatement {
  line: Position
  /** The statement on one line, cut to 100 characters. */
  text: string
  hazards: PlannedHazard[]
}

/** What a statement does to those who use the database; docs/migrate-hazards.md lists the codes. */
export interface PlannedHazard {
  code: string
  line: Position
  column: Position
  /** Lock mode, as `ACCESS EXCLUSIVE`. */
  lock: string
  /** What others cannot do while the lock is held: `reads and writes`, `writes` or `nothing`. */
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
  /** The table of a column, a constraint, an index. */
  table?: string
  /** Whether the object is the same as the one the files create; absent when that is unknown. */
  same?: boolean
  /** How it differs, one line for each difference. */
  differences?: string[]
  /** `if not exists`: the statement allows it. `tolerated`: the statement failed with `sqlstate` and was skipped. */
  how: 'if not exists' | 'tolerated'
  sqlstate?: string
  /** For a table: the statements of the file, and of pending files after it, that change its rows. */
  writes?: RowStatement[]
}

/** A statement that changes the rows of a table. */
export interface RowStatement {
  /** Absent for the file that has the CREATE. */
  file?: string
  line: Position
  column: Position
  /** `INSERT`, `UPDATE`, `DELETE`, `MERGE`, `COPY`, `TRUNCATE` or `DROP TABLE`. */
  verb: string
}

/** The progress of a run. */
export type MigrateEvent =
  | LockWait
  | { type: 'file-start'; version: string; number: number; total: number }
  | { type: 'file-done'; migration: AppliedMigration }

/** A file that was just applied. */
export function appliedMigration(
  { version, file, repeatable, directives: { role }, statements }: ParsedMigration,
  durationMs: number,
  existing: ExistingObject[],
): AppliedMigration {
  return {
    version,
    file,
    repeatable,
    ...(role === undefined ? {} : { role }),
    statements: countStatements(statements),
    durationMs: Math.round(durationMs),
    existing,
  }
}
