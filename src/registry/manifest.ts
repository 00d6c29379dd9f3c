import type { JsonObject } from '../core/json.ts'

/** One file of a skill. */
export interface FileDigest {
  /** Relative to the skill's folder, with `/`. */
  path: string
  /** Lower-case hex. */
  sha256: string
}

/** The text whose SHA-256 is the digest of a skill: a line `<sha256>  <path>` for each file, bytewise by path, as sha256sum writes it. */
export function manifestOf(files: readonly FileDigest[]): string {
  return files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('')
}

/** The digests by path, as `meta.files` keeps them. */
export function filesOf(manifest: string): JsonObject {
  const lines = manifest.split('\n').slice(0, -1)
  return Object.fromEntries(lines.map((line) => [line.slice(HEX + 2), line.slice(0, HEX)]))
}

/** The paths of a manifest, in its order. */
export function pathsOf(manifest: string): string[] {
  const paths: string[] = []
  for (let at = 0; at < manifest.length;) {
    const end = manifest.indexOf('\n', at)
    paths.push(manifest.slice(at + HEX + 2, end))
    at = end + 1
  }
  return paths
}

/** Length of a SHA-256 in hex. */
const HEX = 64
