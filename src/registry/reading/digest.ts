import type { BigIntStats } from 'node:fs'
import path from 'node:path'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { sha256 } from '../../core/digests.ts'
import { under } from '../skill/paths.ts'
import { fill, withRegularFile } from '../../files/regular-file.ts'
import { fileDiagnostic } from './file-diagnostic.ts'
import { formatFileDigests, type FileDigest } from '../skill/skill-files.ts'
import { createHash, type Hash } from 'node:crypto'

export interface FolderDigest {
  /** Lower-case hex; invalid when one of the diagnostics is an error. */
  sha256: string
  /** The text of which `sha256` is the digest, see `formatFileDigests`. */
  fileDigests: string
  /** The state of each file when it was opened, in the same order. */
  stats: BigIntStats[]
  diagnostics: Diagnostic[]
}

/**
 * The digest of the folder of a skill: SHA-256 of the lines `<sha256>  <relative path>\n`, one for each regular file,
 * bytewise by path. The digest of a file is that of `digestFile` (CRLF as LF in texts). Excluded are .git, node_modules,
 * __pycache__, *.pyc, .DS_Store and nested skills (folders with a SKILL.md or skill.md of their own). To reproduce it, run
 *
 *     find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
 *
 * in a folder without excluded files and without CRLF. Symbolic links are errors, as are names that sha256sum would escape
 * or that are not UTF-8 (see `listSkill`, which lists the files). `label` is the path of the folder in diagnostics. The
 * first bytes of the file `described` are passed to its `head`, so that the file is read once.
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
      diagnostics.push(fileDiagnostic(error, under(label, relative)))
    }
  }
  const fileDigests = formatFileDigests(read)
  return { sha256: sha256(fileDigests), fileDigests, stats, diagnostics }
}

/** A file is text if its first 8,000 bytes contain no NUL: the rule of git (`buffer_is_binary`). */
const TEXT_PROBE_BYTES = 8000

const CR = 0x0d
const LF = 0x0a
/** One buffer for all files: reading is synchronous, so there is only one reader. Larger than the probe and any head. */
const BUFFER: Buffer = Buffer.alloc(256 * 1024)

export interface DigestedFile {
  /** Lower-case hex. */
  sha256: string
  /** The state when the file was opened, before it was read. */
  stats: BigIntStats
}

export interface DigestFileOptions {
  buffer?: Buffer
  /** Called with the first bytes of the file, and whether there are more. The bytes are valid only during the call. */
  head?: { limit: number; read: (bytes: Uint8Array, truncated: boolean) => void }
}

/**
 * SHA-256 of a regular file, read in pieces. In a text file CRLF counts as LF, so that a checkout on Windows has the same
 * digest. Throws errors of the file system; a symbolic link is an error.
 */
export function digestFile(file: string, { buffer = BUFFER, head }: DigestFileOptions = {}): DigestedFile {
  return withRegularFile(file, (descriptor, stats) => {
    const length = fill(descriptor, buffer, Number(stats.size))
    const first = buffer.subarray(0, length)
    head?.read(first.subarray(0, head.limit), length > head.limit)
    const isText = !first.subarray(0, TEXT_PROBE_BYTES).includes(0)
    // most files fit into the buffer; a short read is the end of the file
    if (length < buffer.length) return { sha256: sha256(isText ? withoutCrLf(first) : first), stats }
    return { sha256: digestPieces(descriptor, buffer, isText), stats }
  })
}

/** The bytes without each CR before an LF, moved in place. */
function withoutCrLf(bytes: Buffer): Buffer {
  let at = bytes.indexOf(CR)
  if (at === -1) return bytes
  let end = at
  for (; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte !== CR || bytes[at + 1] !== LF) bytes[end++] = byte
  }
  return bytes.subarray(0, end)
}

/** Continues after a full buffer. */
function digestPieces(descriptor: number, buffer: Buffer, isText: boolean): string {
  const hash = createHash('sha256')
  let heldBack = false
  for (let length = buffer.length; length > 0; length = length < buffer.length ? 0 : fill(descriptor, buffer)) {
    const chunk = buffer.subarray(0, length)
    if (isText) heldBack = updateText(hash, chunk, heldBack)
    else hash.update(chunk)
  }
  if (heldBack) hash.update('\r')
  return hash.digest('hex')
}

/** Hashes a piece without each CR before an LF. A CR at the end waits for the next piece. */
function updateText(hash: Hash, chunk: Buffer, heldBack: boolean): boolean {
  if (heldBack && chunk[0] !== LF) hash.update('\r')
  let from = 0
  for (let at = chunk.indexOf(CR); at !== -1; at = chunk.indexOf(CR, at + 1)) {
    if (at === chunk.length - 1) {
      hash.update(chunk.subarray(from, at))
      return true
    }
    if (chunk[at + 1] === LF) {
      hash.update(chunk.subarray(from, at))
      from = at + 1
    }
  }
  hash.update(chunk.subarray(from))
  return false
}
