import { SkillsError } from '../../core/errors.ts'
import { nearest } from '../../core/text.ts'
import type { MigrationFile } from '../files/read-migrations.ts'
import type { LedgerRow } from './ledger.ts'
import { rowsAsNamed, type Rename } from './renames.ts'

export type MigrationState = 'applied' | 'adopted' | 'pending' | 'changed' | 'renamed'

export interface PlannedMigration {
  file: MigrationFile
  state: MigrationState
  row: LedgerRow | undefined
  /** Pending, although a later file of its folder is applied. */
  outOfOrder: boolean
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
  /** Rows that this tool wrote, without a file. */
  missing: LedgerRow[]
  /** Rows that another tool wrote, without a file. They stay as they are. */
  foreign: LedgerRow[]
}

/** Compares the files with the ledger. */
export function planMigrations(files: readonly MigrationFile[], stored: readonly LedgerRow[]): MigrationPlan {
  const rows = rowsAsNamed(files, stored)
  const byVersion = new Map(rows.map((row) => [row.version, row]))
  const lastApplied = new Map<string, number>()
  files.forEach((file, i) => {
    if (byVersion.has(file.version) && !file.repeatable) lastApplied.set(file.source.directory, i)
  })
  const migrations = files.map((file, i): PlannedMigration => {
    const row = byVersion.get(file.version)
    return {
      file,
      state: stateOf(file, row),
      row,
      outOfOrder: row === undefined && !file.repeatable && i < (lastApplied.get(file.source.directory) ?? -1),
    }
  })
  const versions = new Set(files.map(({ version }) => version))
  const withoutFile = rows.filter(({ version }) => !versions.has(version))
  return {
    rows,
    migrations,
    pending: migrations.filter(({ state }) => state === 'pending'),
    renamed: rows.flatMap(({ version, renamedFrom }) => (renamedFrom === undefined ? [] : [{ from: renamedFrom, to: version }])),
    changed: migrations.filter(({ state }) => state === 'changed'),
    missing: withoutFile.filter(({ isOurs }) => isOurs),
    foreign: withoutFile.filter(({ isOurs }) => !isOurs),
  }
}

function stateOf(file: MigrationFile, row: LedgerRow | undefined): MigrationState {
  if (row === undefined) return 'pending'
  if (row.renamedFrom !== undefined) return 'renamed'
  if (file.repeatable) return row.checksum === file.checksum ? 'applied' : 'pending'
  if (row.checksum === undefined) return 'adopted'
  return row.checksum === file.checksum ? 'applied' : 'changed'
}

/** The pending files up to and including this version. Throws VERSION_UNKNOWN. */
export function upTo(version: string | undefined, plan: MigrationPlan): PlannedMigration[] {
  if (version === undefined) return plan.pending
  const last = plan.migrations.findIndex(({ file }) => file.version === version.normalize('NFC'))
  if (last === -1)
    throw unknownVersion(
      version,
      plan.migrations.map(({ file }) => file.version),
    )
  const wanted = new Set(plan.migrations.slice(0, last + 1))
  return plan.pending.filter((entry) => wanted.has(entry))
}

/** The error for a version that is not among the known ones. */
export function unknownVersion(version: string, known: readonly string[]): SkillsError {
  const near = nearest(version, known)
  return new SkillsError('VERSION_UNKNOWN', `there is no migration ${version}`, {
    hint: near === undefined ? 'list them with skills migrate status' : `did you mean ${near}?`,
  })
}
