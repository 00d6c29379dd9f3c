import { closeSync, constants, fstatSync, openSync, readSync, type BigIntStats } from 'node:fs'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { ruleDiagnostic } from '../rules/rules.ts'

/** Not available on Windows. */
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants

/** Thrown for something that is not a regular file. */
class NotRegularError extends Error {}

/**
 * Opens a regular file and calls `work` with its descriptor and state. A symbolic link is an error (ELOOP), even if it
 * replaced a file after the folder was listed. A pipe does not block.
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
 * Fills a buffer from the current position, up to the end of the file; returns the number of bytes. With the size of the
 * file known, most files take one system call instead of two.
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

/** The first `limit` bytes of a regular file, and whether there are more. */
export function readHead(path: string, limit: number): { bytes: Uint8Array; truncated: boolean } {
  return withRegularFile(path, (descriptor) => {
    const buffer = Buffer.allocUnsafe(limit + 1)
    const length = fill(descriptor, buffer)
    return { bytes: buffer.subarray(0, Math.min(length, limit)), truncated: length > limit }
  })
}

/** An error of the file system as a diagnostic of a file or folder of a skill. Rethrows other errors. */
export function fileDiagnostic(error: unknown, file: string): Diagnostic {
  if (error instanceof NotRegularError) return ruleDiagnostic('SKILL_FILE_KIND', 'not a regular file', file)
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string') throw error
  if (code === 'ELOOP') return ruleDiagnostic('SKILL_SYMLINK', 'symbolic link: links are never followed', file)
  return ruleDiagnostic('SKILL_UNREADABLE', REASONS[code] ?? `cannot be read (${code})`, file)
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it was removed while it was read',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  EIO: 'input/output error',
  EMFILE: 'too many open files',
}
