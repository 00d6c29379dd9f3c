/** The files that make a folder a skill, in order of preference. */
export const SKILL_FILES: readonly string[] = ['SKILL.md', 'skill.md']

/** The file that describes a skill of the older layout. */
export const META_JSON = 'meta.json'

/** Names that are never part of a skill, at any depth, and never searched for skills. */
export const EXCLUDED_NAMES: ReadonlySet<string> = new Set(['.git', 'node_modules', '__pycache__', '.DS_Store'])

/** The file that makes a folder with these entries a skill; undefined if there is none. Does not look for `meta.json`. */
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

/** Version of the definition of a skill's digest (`digestFiles`), stored with each digest. Changes when the definition changes. */
export const DIGEST_VERSION = 'v1'

/** The text whose SHA-256 is the digest of a skill: one line `<sha256>  <path>` per file, as sha256sum prints it. `files` are bytewise by path. */
export function formatFileDigests(files: readonly FileDigest[]): string {
  return files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('')
}

/** The reverse of `formatFileDigests`. */
export function parseFileDigests(fileDigests: string): FileDigest[] {
  const files: FileDigest[] = []
  for (let at = 0; at < fileDigests.length;) {
    const end = fileDigests.indexOf('\n', at)
    files.push({ path: fileDigests.slice(at + HEX + 2, end), sha256: fileDigests.slice(at, at + HEX) })
    at = end + 1
  }
  return files
}

/** Length of a SHA-256 in hex. */
const HEX = 64
