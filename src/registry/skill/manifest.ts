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
