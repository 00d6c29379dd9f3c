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

/** One file of a skill. */
export interface FileDigest {
  /** Relative to the skill's folder, with `/`. */
  path: string
  /** Lower-case hex. */
  sha256: string
}

/** Version of the definition of digests (`digestFiles`), kept beside each in the registry: another definition is another version. */
export const DIGEST_VERSION = 'v1'

/** The text whose SHA-256 is the digest of a skill: a line `<sha256>  <path>` for each file, bytewise by path, as sha256sum writes it. */
export function manifestOf(files: readonly FileDigest[]): string {
  return files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('')
}

/** The reverse of `manifestOf`. */
export function filesIn(manifest: string): FileDigest[] {
  const files: FileDigest[] = []
  for (let at = 0; at < manifest.length;) {
    const end = manifest.indexOf('\n', at)
    files.push({ path: manifest.slice(at + HEX + 2, end), sha256: manifest.slice(at, at + HEX) })
    at = end + 1
  }
  return files
}

/** Length of a SHA-256 in hex. */
const HEX = 64
