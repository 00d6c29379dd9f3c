import { SkillsError } from '../../core/errors.ts'
import { nearest } from '../../core/text.ts'
import type { LedgerRow } from './ledger.ts'
import type { MigrationFile } from '../files/migration-file.ts'

export type MigrationState = 'applied' | 'adopted' | 'pending' | 'changed'

export interface PlannedMigration {
  file: MigrationFile
  state: MigrationState
  row: LedgerRow | undefined
  /** Pending, though a later file of its folder is applied. */
  outOfOrder: boolean
}

export interface Plan {
  migrations: PlannedMigration[]
  pending: PlannedMigration[]
  changed: PlannedMigration[]
  /** Rows which this tool wrote and whose file is gone. */
  missing: LedgerRow[]
  /** Rows of somebody else's migrations: left alone. */
  foreign: LedgerRow[]
}

/** Compares the files with the ledger. Pure. */
export function planMigrations(files: readonly MigrationFile[], rows: readonly LedgerRow[]): Plan {
  const byVersion = new Map(rows.map((row) => [row.version, row]))
  const lastApplied = new Map<string, number>()
  files.forEach((file, i) => {
    if (byVersion.has(file.version)) lastApplied.set(file.source.directory, i)
  })
  const migrations = files.map((file, i): PlannedMigration => {
    const row = byVersion.get(file.version)
    return { file, state: stateOf(file, row), row, outOfOrder: row === undefined && i < (lastApplied.get(file.source.directory) ?? -1) }
  })
  const versions = new Set(files.map(({ version }) => version))
  const strangers = rows.filter(({ version }) => !versions.has(version))
  return {
    migrations,
    pending: migrations.filter(({ state }) => state === 'pending'),
    changed: migrations.filter(({ state }) => state === 'changed'),
    missing: strangers.filter(({ tool }) => tool?.startsWith('skills ') === true),
    foreign: strangers.filter(({ tool }) => tool?.startsWith('skills ') !== true),
  }
}

function stateOf(file: MigrationFile, row: LedgerRow | undefined): MigrationState {
  if (row === undefined) return 'pending'
  if (row.checksum === undefined) return 'adopted'
  return row.checksum === file.checksum ? 'applied' : 'changed'
}

/** The pending files, up to and with the version that was asked for. */
export function upTo(version: string | undefined, plan: Plan): Plan['pending'] {
  if (version === undefined) return plan.pending
  const last = plan.migrations.findIndex(({ file }) => file.version === version)
  if (last === -1)
    throw unknownVersion(
      version,
      plan.migrations.map(({ file }) => file.version),
    )
  const wanted = new Set(plan.migrations.slice(0, last + 1))
  return plan.pending.filter((entry) => wanted.has(entry))
}

/** A version that no file has. */
export function unknownVersion(version: string, known: readonly string[]): SkillsError {
  const near = nearest(version, known)
  return new SkillsError('VERSION_UNKNOWN', `there is no migration ${version}`, {
    hint: near === undefined ? 'skills migrate status lists them' : `did you mean ${near}?`,
  })
}
