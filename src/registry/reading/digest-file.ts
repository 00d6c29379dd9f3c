import type { BigIntStats } from 'node:fs'
import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { sha256 } from '../../core/digests.ts'
import { fill, withRegularFile } from './open-regular.ts'

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
export function digestFile(path: string, { buffer = BUFFER, head }: DigestFileOptions = {}): DigestedFile {
  return withRegularFile(path, (descriptor, stats) => {
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
