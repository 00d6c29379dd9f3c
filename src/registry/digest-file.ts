import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { fill, withRegularFile } from './open-regular.ts'

/** A file is text when it has no NUL among its first 8,000 bytes: the rule of git (`buffer_is_binary`). */
export const TEXT_PROBE_BYTES = 8000

const CR = 0x0d
const LF = 0x0a
/** One buffer for all files: reading is synchronous, so nobody else uses it meanwhile. Larger than the probe. */
const BUFFER: Buffer = Buffer.alloc(256 * 1024)

/**
 * Lower-case hex SHA-256 of a regular file, read in pieces. In a text, CRLF counts as LF, so that a checkout on Windows
 * gives the same digest; everything else counts as it is. Errors of the file system are thrown, a symbolic link is one.
 */
export function digestFile(path: string, buffer: Buffer = BUFFER): string {
  return withRegularFile(path, (descriptor) => {
    const hash = createHash('sha256')
    let length = fill(descriptor, buffer)
    const isText = !buffer.subarray(0, Math.min(length, TEXT_PROBE_BYTES)).includes(0)
    let heldBack = false
    while (length > 0) {
      const chunk = buffer.subarray(0, length)
      if (isText) heldBack = updateText(hash, chunk, heldBack)
      else hash.update(chunk)
      // a short read is the end: one call less for nearly every file
      length = length < buffer.length ? 0 : fill(descriptor, buffer)
    }
    if (heldBack) hash.update('\r')
    return hash.digest('hex')
  })
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
