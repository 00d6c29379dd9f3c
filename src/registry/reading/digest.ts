import type { BigIntStats } from 'node:fs'
import path from 'node:path'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { sha256 } from '../../core/digests.ts'
import type { DigestFileOptions } from './digest-file.ts'
import { digestFile } from './digest-file.ts'
import { under } from '../skill/display.ts'
import { fileFinding } from './file-finding.ts'
import type { FileDigest } from '../skill/manifest.ts'
import { manifestOf } from '../skill/manifest.ts'

export interface FolderDigest {
  /** Lower-case hex; of no use when one of the diagnostics is an error. */
  sha256: string
  /** What `sha256` is the digest of, see `manifestOf`. */
  manifest: string
  /** What the file system said of each file when it was opened, in the same order. */
  stats: BigIntStats[]
  diagnostics: Diagnostic[]
}

/**
 * The digest of a skill's folder: SHA-256 of the lines `<sha256>  <relative path>\n`, one for each regular file, bytewise
 * by path. A file's own digest is that of `digestFile` (CRLF as LF in texts). Left out are .git, node_modules,
 * __pycache__, *.pyc, .DS_Store and nested skills (folders with a SKILL.md or skill.md of their own). Reproducible by
 *
 *     find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
 *
 * in a folder that has none of these and only LF. Symbolic links are errors, as are names that sha256sum would escape or
 * that are not UTF-8 (see `listSkill`, which gives the files). `label` is the folder's name in diagnostics. The head of
 * the file `described` is handed out on the way, so that it is read once.
 */
export function digestFiles(
  folder: string,
  label: string,
  files: readonly string[],
  described?: { file: string; head: NonNullable<DigestFileOptions['head']> },
): FolderDigest {
  const diagnostics: Diagnostic[] = []
  const stats: BigIntStats[] = []
  const read: FileDigest[] = []
  for (const relative of files) {
    try {
      const file = digestFile(folder + path.sep + relative, relative === described?.file ? { head: described.head } : {})
      stats.push(file.stats)
      read.push({ path: relative, sha256: file.sha256 })
    } catch (error) {
      diagnostics.push(fileFinding(error, under(label, relative)))
    }
  }
  const manifest = manifestOf(read)
  return { sha256: sha256(manifest), manifest, stats, diagnostics }
}
