import type { BigIntStats } from 'node:fs'
import path from 'node:path'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { sha256 } from '../../core/digests.ts'
import { under } from '../skill/paths.ts'
import { fileFinding, fill, withRegularFile } from './regular-file.ts'
import type { FileDigest } from '../skill/skill-files.ts'
import { manifestOf } from '../skill/skill-files.ts'
import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'

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

/** A file is text when it has no NUL among its first 8,000 bytes: the rule of git (`buffer_is_binary`). */
export const TEXT_PROBE_BYTES = 8000

const CR = 0x0d
const LF = 0x0a
/** One buffer for all files: reading is synchronous, so nobody else uses it meanwhile. Larger than the probe and than any head. */
const BUFFER: Buffer = Buffer.alloc(256 * 1024)

export interface DigestedFile {
  /** Lower-case hex. */
  sha256: string
  /** As it was when the file was opened, before anything was read. */
  stats: BigIntStats
}

export interface DigestFileOptions {
  buffer?: Buffer
  /** Gets the first bytes of the file as they are, and whether it goes on. They are gone when it returns. */
  head?: { limit: number; read: (bytes: Uint8Array, truncated: boolean) => void }
}

/**
 * SHA-256 of a regular file, read in pieces. In a text, CRLF counts as LF, so that a checkout on Windows gives the same
 * digest; everything else counts as it is. Errors of the file system are thrown, a symbolic link is one.
 */
export function digestFile(file: string, { buffer = BUFFER, head }: DigestFileOptions = {}): DigestedFile {
  return withRegularFile(file, (descriptor, stats) => {
    const length = fill(descriptor, buffer, Number(stats.size))
    const first = buffer.subarray(0, length)
    head?.read(first.subarray(0, head.limit), length > head.limit)
    const isText = !first.subarray(0, TEXT_PROBE_BYTES).includes(0)
    // nearly every file fits into the buffer; a short read is the end
    if (length < buffer.length) return { sha256: sha256(isText ? withoutCrLf(first) : first), stats }
    return { sha256: digestPieces(descriptor, buffer, isText), stats }
  })
}

/** The bytes without the CRs before LFs, moved together in place. */
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

/** Goes on from a buffer that is full. */
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

/** Hashes a piece without the CRs before LFs. A CR at its very end is held back until the next piece shows what follows. */
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
