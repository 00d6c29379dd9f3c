import { sha256 } from '../../core/digests.ts'
import type { Db } from '../../db/db.ts'
import type { RegistryRow } from './registry-row.ts'
import { rowText } from './skill-row.ts'

/** A row reduced to a digest of its columns, without its time: two rows with the same fingerprint are equal. 128 bits in hex. */
export interface FingerprintedRow {
  id: string
  fingerprint: string
  /** Label of the root from which the row was written; null for a row of another tool. */
  root: string | null
}

export type Fingerprints = ReadonlyMap<string, FingerprintedRow>

/** The fingerprints of all rows by id. One statement, 100 bytes a row. */
export async function fetchFingerprints(db: Db): Promise<Fingerprints> {
  const sql = `
    SELECT skill_id AS id,
           left(encode(sha256(convert_to(jsonb_build_array(version, sha256, enabled, trust_level, meta)::text, 'UTF8')), 'hex'), 32) AS fingerprint,
           meta->>'root' AS root
      FROM :"schema".skills_registry`
  const rows = await db.run(sql, [], { id: 'text', fingerprint: 'text', root: 'text?' })
  return new Map(rows.map((row) => [row.id, row]))
}

/** The fingerprint that the server computes for the same row. If it differs for an equal row, the row is only compared in full. */
export function fingerprintOf(row: RegistryRow): string {
  return fingerprintOfText(rowText(row))
}

/** The same for a row that is already a text, see `rowText`. */
export function fingerprintOfText(text: string): string {
  return sha256(text).slice(0, 32)
}

/** A skill whose registry row is up to date. Nothing else of it is kept in memory. */
export interface UpToDateSkill {
  row: FingerprintedRow
  /** The value in the file. */
  enabled: boolean
}
