/** The files that make a folder a skill, the preferred one first. */
export const SKILL_FILES: readonly string[] = ['SKILL.md', 'skill.md']

/** The file that describes a skill of the older layout. */
export const META_JSON = 'meta.json'

/** Never part of a skill, wherever they lie in its folder, and never searched for skills. */
export const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'node_modules', '__pycache__', '.DS_Store'])

/** The file that makes a folder with such entries a skill; undefined when it is none, or one of the older layout. */
export function skillFileOf(entries: Iterable<{ name: string }>): string | undefined {
  let second: string | undefined
  for (const { name } of entries) {
    if (name === SKILL_FILES[0]) return name
    if (name === SKILL_FILES[1]) second = name
  }
  return second
}

/** Whether a name is SKILL.md in any case. */
export function isNearlySkillFile(name: string): boolean {
  return name.length === 8 && name.toLowerCase() === 'skill.md'
}
