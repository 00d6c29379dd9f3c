import { realpathSync } from 'node:fs'
import path from 'node:path'
import type { SkillLocation } from './skill-location.ts'
import type { SkillRoot } from '../skill/skill.ts'

/** Tells whether a folder is seen for the first time: it may be below two roots. With one root it always is. */
export function onceOnly(roots: readonly SkillRoot[]): (skill: SkillLocation) => boolean {
  if (roots.length < 2) return () => true
  const real = new Map(roots.map((root) => [root.path, realpathSync(root.path)]))
  const seen = new Set<string>()
  return ({ root, relative }) => {
    const key = path.join(real.get(root.path) ?? root.path, relative)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  }
}
