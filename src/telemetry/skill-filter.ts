import type { KnownSkill, ListedSkill } from './listed-skill.ts'

/** Which skills `listSkills` returns; all given conditions must hold. */
export interface OfferFilter {
  /** FAST, CORE or DEEP. */
  tier?: string | undefined
  /** foundational, lineage or emergent. */
  category?: string | undefined
  /** One of the skill's elements. */
  element?: string | undefined
  /** One of the skill's realms. */
  realm?: string | undefined
  /** Lowest trust level, 1 to 5. */
  minTrust?: number | undefined
  /** UUID: skills that are rolled out to this user. Without it, skills that are rolled out to all users. */
  userId?: string | undefined
  /** Skills that this user can run: foundational and unlocked ones. Requires a userId. */
  unlockedOnly?: boolean | undefined
}

/** The percentage of users that get the skills of each trust level; 100 for a level that is not given. */
export type Rollout = Readonly<Partial<Record<1 | 2 | 3 | 4 | 5, number>>>

/** The skills that match, in their order. */
export function filterSkills(skills: readonly KnownSkill[], filter: OfferFilter, rollout: Rollout): ListedSkill[] {
  const { tier, category, element, realm, minTrust = 0, userId } = filter
  const user = userId === undefined ? undefined : drawHash(userId.toLowerCase())
  return skills
    .filter(({ skill, draw }) => {
      if (skill.trustLevel < minTrust) return false
      if (tier !== undefined && skill.tier !== tier) return false
      if (category !== undefined && skill.category !== category) return false
      if (element !== undefined && !skill.elements.includes(element)) return false
      if (realm !== undefined && !skill.realms.includes(realm)) return false
      const percent = rollout[skill.trustLevel as keyof Rollout] ?? 100
      return user === undefined ? percent >= 100 : isRolledOut(user, draw, percent)
    })
    .map(({ skill }) => skill)
}

/** The hash of a user or a skill for the rollout; the same in every process. */
export function drawHash(id: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  return mix(hash)
}

/**
 * Whether a user is among the `percent` that get a skill, from the two hashes. Each skill selects its own users; a selected
 * user stays selected while the percentage grows.
 */
function isRolledOut(user: number, skill: number, percent: number): boolean {
  if (percent >= 100) return true
  return percent > 0 && mix(user ^ skill) < (percent / 100) * 2 ** 32
}

/** The finalizer of MurmurHash3 (public domain): every bit of the input changes half of the bits of the output. */
function mix(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
