import { readdirSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import path from 'node:path'
import { bytewise } from '../core/bytewise.ts'
import type { Diagnostic } from '../core/diagnostics.ts'
import { sha256 } from '../core/digests.ts'
import { digestFile } from './digest-file.ts'
import { under } from './display.ts'
import { fileFinding } from './file-finding.ts'
import { finding } from './finding.ts'
import type { FileDigest } from './manifest.ts'
import { manifestOf } from './manifest.ts'

/** Version of the definition below, kept beside each digest in the registry: another definition is another version. */
export const DIGEST_VERSION = 'v1'

/** Never part of a skill, wherever they lie in its folder. */
export const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'node_modules', '__pycache__', '.DS_Store'])

/** The files that make a folder a skill, the preferred one first. */
export const SKILL_FILES: readonly string[] = ['SKILL.md', 'skill.md']

export interface FolderDigest {
  /** Lower-case hex; of no use when one of the diagnostics is an error. */
  sha256: string
  /** What `sha256` is the digest of, see `manifestOf`. */
  manifest: string
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
 * that are not UTF-8. `label` is the folder's name in diagnostics.
 */
export function digestFolder(folder: string, label: string): FolderDigest {
  const diagnostics: Diagnostic[] = []
  const files: FileDigest[] = []
  for (const relative of listFiles(folder, label, diagnostics)) {
    try {
      files.push({ path: relative, sha256: digestFile(path.join(folder, relative)) })
    } catch (error) {
      diagnostics.push(fileFinding(error, under(label, relative)))
    }
  }
  const manifest = manifestOf(files)
  return { sha256: sha256(manifest), manifest, diagnostics }
}

// eslint-disable-next-line no-control-regex
const UNFIT_NAME = /[\u0000-\u001f\u007f\\\ufffd]|\p{Surrogate}/u

/** Paths of the regular files of a skill, bytewise. */
function listFiles(folder: string, label: string, diagnostics: Diagnostic[]): string[] {
  const found: string[] = []
  const pending = ['']
  for (let below = pending.pop(); below !== undefined; below = pending.pop()) {
    let entries: Dirent[]
    try {
      entries = readdirSync(path.join(folder, below), { withFileTypes: true })
    } catch (error) {
      diagnostics.push(fileFinding(error, under(label, below)))
      continue
    }
    if (below !== '' && entries.some(({ name }) => SKILL_FILES.includes(name))) continue
    for (const entry of entries) {
      if (LEFT_OUT.has(entry.name) || entry.name.endsWith('.pyc')) continue
      const relative = below === '' ? entry.name : `${below}/${entry.name}`
      if (UNFIT_NAME.test(entry.name)) {
        diagnostics.push(
          finding('SKILL_FILE_NAME', 'the name has a control character, a backslash or bytes that are not UTF-8', under(label, relative)),
        )
      } else if (entry.isDirectory()) pending.push(relative)
      else if (entry.isFile()) found.push(relative)
      else if (entry.isSymbolicLink())
        diagnostics.push(finding('SKILL_SYMLINK', 'a symbolic link: links are never followed', under(label, relative)))
      else diagnostics.push(finding('SKILL_FILE_SPECIAL', 'no regular file: it is left out of the digest', under(label, relative)))
    }
  }
  diagnostics.sort((a, b) => bytewise(a.file ?? '', b.file ?? ''))
  return found.toSorted(bytewise)
}
