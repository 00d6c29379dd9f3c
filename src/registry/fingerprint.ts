import { sha256 } from '../core/digests.ts'
import type { Json } from '../core/json.ts'
import type { Db, Row } from '../db/db.ts'
import { quoteIdent } from '../db/quote.ts'
import type { RegistryRow } from './registry-row.ts'

/** Stands for a row without its time: two rows with one fingerprint are the same. 128 bits in hex. */
export interface FingerprintedRow {
  id: string
  fingerprint: string
  /** It was written from one of the roots asked for. */
  ours: boolean
}

/** Fingerprints of the whole registry, in no order: one statement, and 100 bytes a row instead of the row. */
export async function fetchFingerprints(db: Db, labels: readonly string[]): Promise<FingerprintedRow[]> {
  // works outside of transactions too, where the search_path is the session's own
  const sql = `
    SELECT skill_id AS id,
           left(encode(sha256(convert_to(jsonb_build_array(version, sha256, enabled, trust_level, meta)::text, 'UTF8')), 'hex'), 32) AS fingerprint,
           coalesce($1::jsonb ? (meta->>'root'), false) AS ours
      FROM ${quoteIdent(db.info.schema)}.skills_registry`
  return db.query<FingerprintedRow & Row>(sql, [[...labels]])
}

/** What `fetchFingerprints` gives for such a row. Where it does not, that costs a look at the whole row and nothing else. */
export function fingerprintOf({ version, sha256: digest, enabled, trust_level, meta }: RegistryRow): string {
  return sha256(jsonbText([version, digest, enabled, trust_level, meta])).slice(0, 32)
}

/**
 * JSON as PostgreSQL writes a jsonb: `", "` between members, `": "` behind keys, and keys in the order of their length in
 * bytes, then bytewise (jsonb_util.c, lengthCompareJsonbStringValue). Whole numbers only, and no control characters.
 */
export function jsonbText(value: Json): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) {
    const items = value as readonly Json[]
    return items.length === 0 ? '[]' : `[${items.map(jsonbText).join(', ')}]`
  }
  const members = value as Readonly<Record<string, Json>>
  const keys = Object.keys(members).toSorted(asJsonb)
  return `{${keys.map((key) => `${JSON.stringify(key)}: ${jsonbText(members[key] ?? null)}`).join(', ')}}`
}

function asJsonb(a: string, b: string): number {
  const isAscii = !BEYOND_ASCII.test(a) && !BEYOND_ASCII.test(b)
  if (isAscii) return a.length - b.length || (a < b ? -1 : 1)
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length - right.length || Buffer.compare(left, right)
}

// eslint-disable-next-line no-control-regex
const BEYOND_ASCII = /[^\u0000-\u007f]/
