import { SkillsError } from '../../core/errors.ts'
import { nearest } from '../../core/text.ts'
import type { MigrationFile } from '../files/read-migrations.ts'
import type { LedgerRow } from './ledger.ts'

export type MigrationState = 'applied' | 'adopted' | 'pending' | 'changed'

export interface PlannedMigration {
  file: MigrationFile
  state: MigrationState
  row: LedgerRow | undefined
  /** Pending, although a later file of its folder is applied. */
  outOfOrder: boolean
}

/** All files with their state, and the ledger rows without a file. */
export interface MigrationPlan {
  migrations: PlannedMigration[]
  pending: PlannedMigration[]
  changed: PlannedMigration[]
  /** Rows that this tool wrote, without a file. */
  missing: LedgerRow[]
  /** Rows that another tool wrote, without a file. They stay as they are. */
  foreign: LedgerRow[]
}

/**
 * Compares the files with the ledger. A file of the package that an older tool recorded runs again: the row is no proof that its objects
 * exist, and all files of the package can run again.
 */
export function planMigrations(files: readonly MigrationFile[], rows: readonly LedgerRow[]): MigrationPlan {
  const byVersion = new Map(rows.map((row) => [row.version, row]))
  const lastApplied = new Map<string, number>()
  files.forEach((file, i) => {
    if ((byVersion.has(file.version) || byVersion.has(`${file.version}${SUFFIX}`)) && !file.repeatable)
      lastApplied.set(file.source.directory, i)
  })
  const migrations = files.map((file, i): PlannedMigration => {
    const row = byVersion.get(file.version) ?? byVersion.get(`${file.version}${SUFFIX}`)
    return {
      file,
      state: stateOf(file, row),
      row,
      outOfOrder: row === undefined && !file.repeatable && i < (lastApplied.get(file.source.directory) ?? -1),
    }
  })
  const versions = new Set(files.flatMap(({ version }) => [version, `${version}${SUFFIX}`]))
  const withoutFile = rows.filter(({ version }) => !versions.has(version))
  return {
    migrations,
    pending: migrations.filter(({ state, file }) => state === 'pending' || (state === 'adopted' && file.source.own)),
    changed: migrations.filter(({ state }) => state === 'changed'),
    missing: withoutFile.filter(({ tool }) => tool?.startsWith('skills ') === true),
    foreign: withoutFile.filter(({ tool }) => tool?.startsWith('skills ') !== true),
  }
}

/** Some older tools record the whole name of the file. */
const SUFFIX = '.sql'

function stateOf(file: MigrationFile, row: LedgerRow | undefined): MigrationState {
  if (row === undefined) return 'pending'
  if (file.repeatable) return row.checksum === file.checksum ? 'applied' : 'pending'
  if (row.checksum === undefined) return 'adopted'
  return row.checksum === file.checksum ? 'applied' : 'changed'
}

/** The pending files up to and including this version. Throws VERSION_UNKNOWN. */
export function upTo(version: string | undefined, plan: MigrationPlan): PlannedMigration[] {
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

/** The error for a version that is not among the known ones. */
export function unknownVersion(version: string, known: readonly string[]): SkillsError {
  const near = nearest(version, known)
  return new SkillsError('VERSION_UNKNOWN', `there is no migration ${version}`, {
    hint: near === undefined ? 'list them with skills migrate status' : `did you mean ${near}?`,
  })
}
