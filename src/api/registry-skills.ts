import type { Db } from '../db/db.ts'
import {
  listSkills as list,
  showSkill as show,
  type RegistrySkill,
  type SkillDetails,
  type SkillFilter,
} from '../registry/table/registry-skills.ts'
import { setSkills as set, type SetReport, type SkillSetting } from '../registry/table/set-skills.ts'
import { refuseForeignCode } from './foreign-code.ts'

/**
 * Lists the skills in the registry, ordered by ID; the library call of `skills list`. Throws NOT_MIGRATED and
 * PERMISSION_DENIED.
 *
 * @example
 * const skills = await listSkills(db, { enabled: true, minTrust: 1 })
 * console.log(skills.map(({ id, version }) => `${id} ${version}`))
 */
export async function listSkills(db: Db, filter: SkillFilter = {}): Promise<RegistrySkill[]> {
  await refuseForeignCode(db)
  return list(db, filter)
}

/**
 * Reads one row of the registry; the library call of `skills show`. Throws SKILL_UNKNOWN, NOT_MIGRATED and
 * PERMISSION_DENIED.
 *
 * @example
 * const { version, enabled, meta } = await showSkill(db, 'elemental-checkin')
 * console.log(version, enabled, meta)
 */
export async function showSkill(db: Db, id: string): Promise<SkillDetails> {
  await refuseForeignCode(db)
  return show(db, id)
}

/**
 * Enables or disables skills, or sets their trust level; the library call of `skills enable`, `disable` and `trust`. A
 * later sync keeps the value. When one ID is unknown, nothing changes. Throws SKILL_UNKNOWN, NOT_MIGRATED and
 * PERMISSION_DENIED.
 *
 * @example
 * const { changed, unchanged } = await setSkills(db, ['elemental-checkin'], { trustLevel: 4 })
 * console.log(changed.map(({ id, from }) => `${id}: ${from} -> 4`), unchanged)
 */
export async function setSkills(db: Db, ids: readonly string[], setting: SkillSetting): Promise<SetReport> {
  await refuseForeignCode(db)
  return set(db, ids, setting)
}
