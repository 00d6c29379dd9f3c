import type { MigrationFile } from '../files/read-migrations.ts'
import { replacedFiles, replaces, type Replacing } from '../files/replaced-files.ts'

/** What the `replaces` lists of the files mean for a ledger. */
export interface Replacements {
  /** The file has no row and does not run: a file that replaces it runs or is applied. */
  isReplaced(file: MigrationFile): boolean
  /** The versions to apply before a file that is only recorded; undefined for a file that runs. */
  recordAfter(file: MigrationFile): readonly string[] | undefined
  /** A file counts as the version of this row, so the row needs no file of its own. */
  coversRow(row: Replacing): boolean
  conflicts: readonly ReplacementConflict[]
}

/** Some of the versions that a file replaces are applied, and others are not and have no file. */
export interface ReplacementConflict {
  file: MigrationFile
  applied: string[]
  missing: string[]
}

/**
 * A file without a row that replaces others runs when none of them is applied, and is only recorded when all are. When some
 * are, those that still have a file run first.
 */
export function resolveReplacements(files: readonly MigrationFile[], rows: readonly Replacing[]): Replacements {
  const squashes = files.filter((file) => file.replaces.length > 0)
  const own = new Set(rows.map(({ version }) => version))
  const applied = new Set([...own, ...rows.flatMap((row) => row.replaces)])
  const withFile = new Set(files.map(({ version }) => version))
  const recorded = new Map<MigrationFile, string[]>()
  const conflicts: ReplacementConflict[] = []
  for (const file of squashes) {
    const missing = file.replaces.filter((version) => !applied.has(version))
    if (own.has(file.version) || missing.length === file.replaces.length) continue
    if (missing.every((version) => withFile.has(version))) recorded.set(file, missing)
    else conflicts.push({ file, applied: file.replaces.filter((version) => applied.has(version)), missing })
  }
  const needed = new Set([...recorded.values(), ...conflicts.map(({ missing }) => missing)].flat())
  const covered = new Set(replacedFiles(files))
  return {
    isReplaced: (file) => !own.has(file.version) && !needed.has(file.version) && (applied.has(file.version) || covered.has(file)),
    recordAfter: (file) => recorded.get(file),
    coversRow: (row) => [...squashes, ...rows].some((other) => replaces(other, row)),
    conflicts,
  }
}
