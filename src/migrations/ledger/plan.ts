import { SkillsError } from '../../core/errors.ts'
import { nearest } from '../../core/text.ts'
import type { MigrationFile } from '../files/read-migrations.ts'
import type { LedgerRow } from './ledger.ts'
import { rowsAsNamed, type Rename } from './renames.ts'
import { resolveReplacements, type ReplacementConflict, type Replacements } from './replacements.ts'

export type MigrationState = 'applied' | 'adopted' | 'pending' | 'changed' | 'renamed' | 'replaced'

export interface PlannedMigration {
  file: MigrationFile
  state: MigrationState
  row: LedgerRow | undefined
  /** Pending, although a later file of its folder is applied. */
  outOfOrder: boolean
  /** For a pending file that is recorded and does not run, because what it replaces is applied: the pending versions among these. */
  recordAfter?: readonly string[]
}

/** All files with their state, and the ledger rows without a file. */
export interface MigrationPlan {
  /** The rows of the ledger, under the names that their files have now. */
  rows: readonly LedgerRow[]
  migrations: PlannedMigration[]
  pending: PlannedMigration[]
  /** Applied under another name; the next run gives their rows the new one. */
  renamed: Rename[]
  changed: PlannedMigration[]
  /** Pending files that can neither run nor be recorded. */
  conflicts: readonly ReplacementConflict[]
  /** Rows that this tool wrote, without a file of this version or one that replaces it. */
  missing: LedgerRow[]
  /** Rows that another tool wrote, without a file. They stay as they are. */
  foreign: LedgerRow[]
}

/**
 * Compares the files with the ledger. A file of the package that an older tool recorded runs again: the row is no proof that its objects
 * exist, and all files of the package can run again.
 */
export function planMigrations(files: readonly MigrationFile[], stored: readonly LedgerRow[]): MigrationPlan {
  const rows = rowsAsNamed(files, stored)
  // a row with the version itself counts before one with the name of the file
  const byVersion = new Map([...rows.map((row) => [versionOf(row), row] as const), ...rows.map((row) => [row.version, row] as const)])
  const lastApplied = new Map<string, number>()
  files.forEach((file, i) => {
    if (byVersion.has(file.version) && !file.repeatable) lastApplied.set(file.source.directory, i)
  })
  const replacements = resolveReplacements(files, rows)
  const migrations = files.map((file, i): PlannedMigration => {
    const row = byVersion.get(file.version)
    const state = stateOf(file, row, replacements)
    const recordAfter = replacements.recordAfter(file)
    const isLate = i < (lastApplied.get(file.source.directory) ?? -1)
    const outOfOrder = row === undefined && state === 'pending' && !file.repeatable && recordAfter === undefined && isLate
    return { file, state, row, outOfOrder, ...(recordAfter === undefined ? {} : { recordAfter }) }
  })
  const versions = new Set(files.map(({ version }) => version))
  const withoutFile = rows.filter((row) => !versions.has(versionOf(row)) && !replacements.coversRow(row))
  return {
    rows,
    migrations,
    pending: migrations.filter(({ state, file }) => state === 'pending' || (state === 'adopted' && file.source.own)),
    renamed: rows.flatMap(({ version, renamedFrom }) => (renamedFrom === undefined ? [] : [{ from: renamedFrom, to: version }])),
    changed: migrations.filter(({ state }) => state === 'changed'),
    conflicts: replacements.conflicts,
    missing: withoutFile.filter(({ isOurs }) => isOurs),
    foreign: withoutFile.filter(({ isOurs }) => !isOurs),
  }
}

/** The version of a row; some older tools record the whole name of the file. */
function versionOf({ version, tool }: LedgerRow): string {
  return tool === undefined ? version.replace(/\.sql$/, '') : version
}

function stateOf(file: MigrationFile, row: LedgerRow | undefined, replacements: Replacements): MigrationState {
  if (row === undefined) return replacements.isReplaced(file) ? 'replaced' : 'pending'
  if (row.renamedFrom !== undefined) return 'renamed'
  if (file.repeatable) return row.checksum === file.checksum ? 'applied' : 'pending'
  if (row.checksum === undefined) return 'adopted'
  return row.checksum === file.checksum ? 'applied' : 'changed'
}

/**
 * The pending files up to and including this version, without those that can only be recorded after a later one. Throws
 * VERSION_UNKNOWN.
 */
export function upTo(version: string | undefined, plan: MigrationPlan): PlannedMigration[] {
  if (version === undefined) return plan.pending
  const last = plan.migrations.findIndex(({ file }) => file.version === version.normalize('NFC'))
  if (last === -1)
    throw unknownVersion(
      version,
      plan.migrations.map(({ file }) => file.version),
    )
  const wanted = new Set(plan.migrations.slice(0, last + 1).map(({ file }) => file.version))
  return plan.pending.filter(({ file, recordAfter = [] }) => [file.version, ...recordAfter].every((one) => wanted.has(one)))
}

/** The error for a version that is not among the known ones. */
export function unknownVersion(version: string, known: readonly string[]): SkillsError {
  const near = nearest(version, known)
  return new SkillsError('VERSION_UNKNOWN', `there is no migration ${version}`, {
    hint: near === undefined ? 'list them with skills migrate status' : `did you mean ${near}?`,
  })
}
