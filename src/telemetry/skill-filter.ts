import type { CachedSkill, ListedSkill } from './listed-skill.ts'
import type { Rollout } from './rollout.ts'
import { drawHash, isRolledOut, percentOf } from './rollout.ts'

export interface OfferFilter {
  /** FAST, CORE or DEEP. */
  tier?: string | undefined
  /** foundational, lineage or emergent. */
  category?: string | undefined
  /** One of the skill's elements. */
  element?: string | undefined
  /** One of the skill's realms. */
  realm?: string | undefined
  /** Least trust level, 1 to 5. */
  minTrust?: number | undefined
  /** UUID: only what is rolled out to this user. Without it, only what is rolled out to everybody. */
  userId?: string | undefined
  /** Only what this user may run: foundational skills and those unlocked. Needs a userId. */
  unlockedOnly?: boolean | undefined
}

/** The skills that pass, in their order. */
export function filterSkills(skills: readonly CachedSkill[], filter: OfferFilter, rollout: Rollout): ListedSkill[] {
  const { tier, category, element, realm, minTrust = 0, userId } = filter
  const user = userId === undefined ? undefined : drawHash(userId.toLowerCase())
  return skills
    .filter(({ skill, draw }) => {
      if (skill.trustLevel < minTrust) return false
      if (tier !== undefined && skill.tier !== tier) return false
      if (category !== undefined && skill.category !== category) return false
      if (element !== undefined && !skill.elements.includes(element)) return false
      if (realm !== undefined && !skill.realms.includes(realm)) return false
      const percent = percentOf(rollout, skill.trustLevel)
      return user === undefined ? percent >= 100 : isRolledOut(user, draw, percent)
    })
    .map(({ skill }) => skill)
}
