import { sha256 } from '../../core/digests.ts'
import type { Db, Row } from '../../db/db.ts'
import { quoteIdent } from '../../db/quote.ts'

/** Stands for a row without its time: two rows with one fingerprint are the same. 128 bits in hex. */
export interface FingerprintedRow {
  id: string
  fingerprint: string
  /** Label of the root that it was written from; null for a row of another origin. */
  root: string | null
}

export type Fingerprints = ReadonlyMap<string, FingerprintedRow>

/** Fingerprints of the whole registry by id: one statement, and 100 bytes a row instead of the row. */
export async function fetchFingerprints(db: Db): Promise<Fingerprints> {
  // works outside of transactions too, where the search_path is the session's own
  const sql = `
    SELECT skill_id AS id,
           left(encode(sha256(convert_to(jsonb_build_array(version, sha256, enabled, trust_level, meta)::text, 'UTF8')), 'hex'), 32) AS fingerprint,
           meta->>'root' AS root
      FROM ${quoteIdent(db.info.schema)}.skills_registry`
  const rows = await db.query<FingerprintedRow & Row>(sql)
  return new Map(rows.map((row) => [row.id, row]))
}

/** What `fetchFingerprints` gives for a row with such a text (`rowText`). Where it does not, that costs a look at the whole row and nothing else. */
export function fingerprintOf(text: string): string {
  return sha256(text).slice(0, 32)
}

/** A skill whose row in the registry is exactly what it should be: nothing else need be kept of it. */
export interface SettledSkill {
  row: FingerprintedRow
  /** What the author declares. */
  enabled: boolean
}
