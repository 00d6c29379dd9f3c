import type { MigrationFile } from '../files/read-migrations.ts'
import type { LedgerRow } from './ledger.ts'

/** A ledger row whose file has another name now. */
export interface Rename {
  from: string
  to: string
}

/**
 * The rows, under the names that their files have now. A file whose digest is that of a row without its own file was renamed; so
 * were two files that exchanged their names. Files with the same text are taken in order: it does not matter which of them was
 * applied. A row without a digest, or of another tool, keeps its name.
 */
export function rowsAsNamed(files: readonly MigrationFile[], rows: readonly LedgerRow[]): readonly LedgerRow[] {
  const byVersion = new Map(rows.map((row) => [row.version, row]))
  const unmatched = files.filter(({ version, checksum }) => byVersion.get(version)?.checksum !== checksum)
  if (unmatched.length === 0) return rows
  const checksums = new Map(files.map(({ version, checksum }) => [version, checksum]))
  const free = rows
    .filter(({ version, checksum, isOurs }) => isOurs && checksum !== undefined && checksums.get(version) !== checksum)
    .toSorted((a, b) => (a.version < b.version ? -1 : 1))
  const pairs = new Map<LedgerRow, string>()
  for (const { version, checksum } of unmatched) {
    const row = free.find((candidate) => candidate.checksum === checksum && !pairs.has(candidate))
    if (row !== undefined) pairs.set(row, version)
  }
  dropOccupied(pairs, byVersion)
  return pairs.size === 0 ? rows : rows.map((row) => renamed(row, pairs.get(row)))
}

/** A name that another row keeps is not free: the file with this name changed. */
function dropOccupied(pairs: Map<LedgerRow, string>, byVersion: ReadonlyMap<string, LedgerRow>): void {
  for (const [row, to] of pairs) {
    const occupant = byVersion.get(to)
    if (occupant === undefined || pairs.has(occupant)) continue
    pairs.delete(row)
    // its own name is not free any more either
    dropOccupied(pairs, byVersion)
    return
  }
}

function renamed(row: LedgerRow, to: string | undefined): LedgerRow {
  return to === undefined ? row : { ...row, version: to, renamedFrom: row.version }
}
