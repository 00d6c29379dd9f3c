/** How many percent of the users get the skills of each trust level; 100 for a level that is not named. */
export type Rollout = Readonly<Partial<Record<1 | 2 | 3 | 4 | 5, number>>>

/** The part of a user or a skill in the draw; the same everywhere and always. */
export function drawHash(id: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  return mix(hash)
}

/**
 * Whether a user is among the `percent` that get a skill, from the two hashes. Each skill draws its own users; a user who is
 * in stays in while the percentage grows.
 */
export function isRolledOut(user: number, skill: number, percent: number): boolean {
  if (percent >= 100) return true
  return percent > 0 && mix(user ^ skill) < (percent / 100) * 2 ** 32
}

/** Percentage of a level. */
export function percentOf(rollout: Rollout, trustLevel: number): number {
  return rollout[trustLevel as 1 | 2 | 3 | 4 | 5] ?? 100
}

/** The finalizer of MurmurHash3 (public domain): every bit of the input moves half of the output's. */
function mix(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
