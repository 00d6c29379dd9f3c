import { SkillsError } from '../../core/errors.ts'
import { nearest } from '../../core/text.ts'
import type { Db } from '../../db/db.ts'

/** Throws SKILL_UNKNOWN for ids that are not in the registry, with those that may have been meant. In the caller's transaction. */
export async function refuseUnknown(db: Db, unknown: readonly string[]): Promise<never> {
  const known = (await db.query('SELECT skill_id FROM skills_registry')).map(({ skill_id }) => String(skill_id))
  const meant = [...new Set(unknown.flatMap((id) => nearest(id, known) ?? []))]
  const what = unknown.length === 1 ? 'is no skill' : 'are no skills'
  const hint =
    meant.length > 0
      ? `did you mean ${meant.join(', ')}?`
      : known.length === 0
        ? 'the registry is empty: `skills sync` fills it'
        : '`skills list` shows them all'
  throw new SkillsError('SKILL_UNKNOWN', `there ${what} ${unknown.join(', ')} in the registry`, { hint })
}
