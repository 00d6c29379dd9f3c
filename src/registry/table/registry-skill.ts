import { isJsonObject } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Row } from '../../db/db.ts'
import { declaredIn } from '../skill/registry-row.ts'
import type { Time, TrustLevel } from '../../core/report-types.ts'

/** A row of the registry for people and programs. */
export interface RegistrySkill {
  id: string
  version: string
  enabled: boolean
  /** 1 to 5. */
  trustLevel: TrustLevel
  tier: string | null
  category: string | null
  kind: string | null
  description: string | null
  /** What the file declares, where the row and the file differ because an operator decided so; null otherwise. */
  declared: { enabled: boolean; trustLevel: TrustLevel } | null
  /** Its folder was gone at the last sync. */
  folderGone: boolean
  /** ISO 8601, UTC. */
  updatedAt: Time
}

/** The columns that `asRegistrySkill` needs. */
export const SKILL_COLUMNS = 'skill_id, version, sha256, enabled, trust_level, meta, updated_at'

/** A row with the columns of `SKILL_COLUMNS`. Rows of other tools may have anything in `meta`. */
export function asRegistrySkill(row: Row): RegistrySkill {
  const meta = metaOf(row)
  const enabled = row['enabled'] === true
  const trustLevel = Number(row['trust_level'])
  const declared = declaredIn(meta)
  const differs = declared !== undefined && (declared.enabled !== enabled || declared.trust_level !== trustLevel)
  const folderGone = meta['pruned'] === true
  return {
    id: String(row['skill_id']),
    version: String(row['version']),
    enabled,
    trustLevel,
    tier: text(meta['tier']),
    category: text(meta['category']),
    kind: text(meta['kind']),
    description: text(meta['description']),
    declared: differs && !folderGone ? { enabled: declared.enabled, trustLevel: declared.trust_level } : null,
    folderGone,
    updatedAt: row['updated_at'] instanceof Date ? row['updated_at'].toISOString() : '',
  }
}

export function metaOf(row: Row): JsonObject {
  const { meta } = row
  return isJsonObject(meta) ? meta : {}
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
