import type { JsonObject } from '../../core/json.ts'
import type { Db } from '../../db/db.ts'
import type { RegistrySkill } from './registry-skill.ts'
import { asRegistrySkill, metaOf, SKILL_COLUMNS } from './registry-skill.ts'
import { registryFailure } from './sync-failure.ts'
import { refuseUnknown } from './unknown-skills.ts'

/** Everything that the registry holds about one skill. */
export interface SkillDetails extends RegistrySkill {
  /** Digest of its folder; null in a row of another tool. */
  sha256: string | null
  /** The column as it is, with the keys of other tools. */
  meta: JsonObject
}

/** One row of the registry. Throws SkillsError SKILL_UNKNOWN, NOT_MIGRATED or PERMISSION_DENIED. */
export async function showSkill(db: Db, id: string): Promise<SkillDetails> {
  try {
    return await db.transaction({ readOnly: true }, async () => {
      const [row] = await db.query(`SELECT ${SKILL_COLUMNS} FROM skills_registry WHERE skill_id = $1`, [id])
      if (row === undefined) return refuseUnknown(db, [id])
      const { sha256 } = row
      return { ...asRegistrySkill(row), sha256: typeof sha256 === 'string' ? sha256 : null, meta: metaOf(row) }
    })
  } catch (error) {
    throw await registryFailure(db, error, ['SELECT'])
  }
}
