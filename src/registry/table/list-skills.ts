import type { Db } from '../../db/db.ts'
import type { RegistrySkill } from './registry-skill.ts'
import { asRegistrySkill, SKILL_COLUMNS } from './registry-skill.ts'
import type { Category, Tier } from '../skill/skill.ts'
import { registryFailure } from './sync-failure.ts'

/** Which rows to list; all that are given must hold. */
export interface SkillFilter {
  tier?: Tier | undefined
  category?: Category | undefined
  enabled?: boolean | undefined
  /** Trust level of at least 1 to 5. */
  minTrust?: number | undefined
}

/** The rows of the registry, bytewise by id. Throws SkillsError NOT_MIGRATED or PERMISSION_DENIED. */
export async function listSkills(db: Db, { tier, category, enabled, minTrust }: SkillFilter = {}): Promise<RegistrySkill[]> {
  const wanted: [condition: string, value: string | number | boolean | undefined][] = [
    ["meta->>'tier' =", tier],
    ["meta->>'category' =", category],
    ['enabled =', enabled],
    ['trust_level >=', minTrust],
  ]
  const given = wanted.filter(([, value]) => value !== undefined)
  const where = given.length === 0 ? '' : `WHERE ${given.map(([condition], i) => `${condition} $${i + 1}`).join(' AND ')}`
  const sql = `SELECT ${SKILL_COLUMNS} FROM skills_registry ${where} ORDER BY skill_id COLLATE "C"`
  try {
    const rows = await db.transaction({ readOnly: true }, () =>
      db.query(
        sql,
        given.map(([, value]) => value ?? null),
      ),
    )
    return rows.map(asRegistrySkill)
  } catch (error) {
    throw await registryFailure(db, error, ['SELECT'])
  }
}
