import { timeOrNull } from '../../core/times.ts'
import type { Time, TrustLevel } from '../../core/report-types.ts'
import type { Db, Row } from '../../db/db.ts'
import type { Category, Tier } from '../skill/skill.ts'
import { registryError } from './registry-errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { declaredIn } from '../skill/registry-row.ts'
import { SkillsError } from '../../core/errors.ts'
import { nearest } from '../../core/text.ts'

/** Which rows to list: those that match all given values. */
export interface SkillFilter {
  /** Only skills of this tier. */
  tier?: Tier | undefined
  /** Only skills of this category. */
  category?: Category | undefined
  /** Only enabled, or only disabled skills. */
  enabled?: boolean | undefined
  /** The lowest trust level, 1 to 5. */
  minTrust?: number | undefined
}

/**
 * The rows of the registry, bytewise by id. Throws SkillsError NOT_MIGRATED or PERMISSION_DENIED.
 */
export async function listSkills(db: Db, { tier, category, enabled, minTrust }: SkillFilter = {}): Promise<RegistrySkill[]> {
  const wanted: [condition: string, value: string | number | boolean | undefined][] = [
    ["meta->>'tier' =", tier],
    ["meta->>'category' =", category],
    ['enabled =', enabled],
    ['trust_level >=', minTrust],
  ]
  const given = wanted.filter(([, value]) => value !== undefined)
  const where = given.length === 0 ? '' : `WHERE ${given.map(([condition], i) => `${condition} $${i + 1}`).join(' AND ')}`
  const sql = `SELECT ${SKILL_COLUMNS} FROM :"schema".skills_registry ${where} ORDER BY skill_id COLLATE "C"`
  try {
    const rows = await db.transaction({ readOnly: true }, () =>
      db.run(
        sql,
        given.map(([, value]) => value ?? null),
        KEY,
      ),
    )
    return rows.map(asRegistrySkill)
  } catch (error) {
    throw await registryError(db, error, ['SELECT'])
  }
}

/** Everything in the registry about one skill. */
export interface SkillDetails extends RegistrySkill {
  /** Digest of its folder; null for a row of another tool. */
  sha256: string | null
  /** The whole column, with the keys of other tools. */
  meta: JsonObject
}

/**
 * One row of the registry. Throws SkillsError SKILL_UNKNOWN, NOT_MIGRATED or PERMISSION_DENIED.
 */
export async function showSkill(db: Db, id: string): Promise<SkillDetails> {
  try {
    return await db.transaction({ readOnly: true }, async () => {
      const [row] = await db.run(`SELECT ${SKILL_COLUMNS} FROM :"schema".skills_registry WHERE skill_id = $1`, [id], KEY)
      if (row === undefined) return throwUnknown(db, [id])
      const { sha256 } = row
      return { ...asRegistrySkill(row), sha256: typeof sha256 === 'string' ? sha256 : null, meta: metaOf(row) }
    })
  } catch (error) {
    throw await registryError(db, error, ['SELECT'])
  }
}

/** A row of the registry, typed. */
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
  /** The values in the file, if an operator changed them in the row; null otherwise. */
  declared: { enabled: boolean; trustLevel: TrustLevel } | null
  /** Its folder did not exist at the last sync. */
  folderGone: boolean
  /** ISO 8601, UTC. */
  updatedAt: Time
}

/** What no row can lack; other columns of older tools can be NULL. */
const KEY = { skill_id: 'text', version: 'text', enabled: 'boolean?', trust_level: 'number?' } as const

/** The columns that `asRegistrySkill` needs. */
const SKILL_COLUMNS = 'skill_id, version, sha256, enabled, trust_level, meta, updated_at'

/** Converts a row with the columns of `SKILL_COLUMNS`. Rows of other tools can have anything in `meta`. */
function asRegistrySkill(row: Row): RegistrySkill {
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
    updatedAt: timeOrNull(row['updated_at']) ?? '',
  }
}

function metaOf(row: Row): JsonObject {
  const { meta } = row
  return isJsonObject(meta) ? meta : {}
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** Throws SKILL_UNKNOWN for ids that are not in the registry, with similar ids as the hint. Runs in the transaction of the caller. */
export async function throwUnknown(db: Db, unknown: readonly string[]): Promise<never> {
  const known = (await db.run('SELECT skill_id FROM :"schema".skills_registry', [], { skill_id: 'text' })).map(({ skill_id }) => skill_id)
  const meant = [...new Set(unknown.flatMap((id) => nearest(id, known) ?? []))]
  const hint =
    meant.length > 0
      ? `did you mean ${meant.join(', ')}?`
      : known.length === 0
        ? 'the registry is empty: run `skills sync`'
        : 'run `skills list` to see all skills'
  throw new SkillsError('SKILL_UNKNOWN', `unknown ${unknown.length === 1 ? 'skill' : 'skills'} ${unknown.join(', ')}`, { hint })
}
