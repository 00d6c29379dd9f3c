import type { BigIntStats } from 'node:fs'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { finding } from '../rules/rules.ts'

/** Absent on Windows, where opening a link cannot be prevented this way. */
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants

/** Thrown for what is there but is no regular file. */
export class NotRegularError extends Error {}

/**
 * Opens a regular file and hands its descriptor and what the file system says of it to `work`. A symbolic link is an
 * error (ELOOP), not followed even if it has taken the place of a file since the folder was listed; a pipe does not block.
 */
export function withRegularFile<T>(path: string, work: (descriptor: number, stats: BigIntStats) => T): T {
  const descriptor = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const stats = fstatSync(descriptor, { bigint: true })
    if (!stats.isFile()) throw new NotRegularError('not a regular file')
    return work(descriptor, stats)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Fills a buffer from the current position, as far as the file goes; the number of bytes read. Where its size is known,
 * that many bytes are enough: nearly every file takes one call instead of two.
 */
export function fill(descriptor: number, buffer: Uint8Array, size = Infinity): number {
  let length = 0
  while (length < buffer.length) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, null)
    length += count
    if (count === 0 || length >= size) break
  }
  return length
}

/** The first `limit` bytes of a regular file, and whether it goes on. */
export function readHead(path: string, limit: number): { bytes: Uint8Array; truncated: boolean } {
  return withRegularFile(path, (descriptor) => {
    const buffer = Buffer.allocUnsafe(limit + 1)
    const length = fill(descriptor, buffer)
    return { bytes: buffer.subarray(0, Math.min(length, limit)), truncated: length > limit }
  })
}

/** An error of the file system as a finding about a file or folder of a skill. Rethrows what is no such error. */
export function fileFinding(error: unknown, file: string): Diagnostic {
  if (error instanceof NotRegularError) return finding('SKILL_FILE_KIND', 'not a regular file', file)
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string') throw error
  if (code === 'ELOOP') return finding('SKILL_SYMLINK', 'a symbolic link: links are never followed', file)
  return finding('SKILL_UNREADABLE', REASONS[code] ?? `cannot be read (${code})`, file)
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it vanished while it was read',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  EISDIR: 'it is a folder',
  EIO: 'the disk cannot read it',
  EMFILE: 'too many open files',
}
