import { closeSync, constants, fstatSync, lstatSync, openSync, promises, readSync, realpathSync, statSync, type BigIntStats } from 'node:fs'
import path from 'node:path'
import { FileFault, hasOsCode, isOsError } from '../core/os-error.ts'
import { isInside } from './inside.ts'

/** Not available on Windows. */
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants

/**
 * Opens a regular file and calls `work` with its descriptor and state. A symbolic link is an error (ELOOP), even if it
 * replaced a file after the folder was listed. A pipe does not block. Throws errors of the operating system, with the path.
 */
export function withRegularFile<T>(file: string, work: (descriptor: number, stats: BigIntStats) => T): T {
  return withDescriptor(file, O_NOFOLLOW, work)
}

/**
 * The bytes of a regular file that was named; links are followed. At most `limit` bytes: a longer file is an error, also one
 * without an end, as in /proc. Pipes, sockets and devices are not opened.
 */
export function readRegularFile(file: string, limit: number): Buffer {
  if (!statSync(file).isFile()) throw notRegular(file)
  return withDescriptor(file, 0, (descriptor, stats) => readAll(descriptor, stats, file, limit))
}

/**
 * The same for a file that was found in a folder. A link that leads out of the folder is an error; links inside it work, as
 * in the volumes of Kubernetes.
 */
export function readFileInside(folder: string, name: string, limit: number): Buffer {
  return withFileInside(folder, name, limit, (descriptor, stats, file) => readAll(descriptor, stats, file, limit))
}

/** The same, to read it in pieces. */
export function withFileInside<T>(
  folder: string,
  name: string,
  limit: number,
  work: (descriptor: number, stats: BigIntStats, file: string) => T,
): T {
  const file = path.join(folder, name)
  const found = lstatSync(file)
  // a file that is no link is inside; a run with nothing to do reads every migration, so it asks the system no more than this
  const real = found.isSymbolicLink() ? realInside(folder, file) : file
  try {
    // what was found is opened, and not a link that replaced it
    if (!(found.isSymbolicLink() ? statSync(real) : found).isFile()) throw notRegular(file)
    return withDescriptor(real, O_NOFOLLOW, (descriptor, stats) => {
      if (stats.size > BigInt(limit)) throw tooLarge(file, limit)
      return work(descriptor, stats, file)
    })
  } catch (error) {
    if (hasOsCode(error, 'ELOOP')) throw new FileFault('LEADS_OUT', file, 'it was replaced by a symbolic link while it was read')
    throw error
  }
}

/** The file that a link inside the folder leads to. */
function realInside(folder: string, file: string): string {
  const real = realpathSync(file)
  if (isInside(real, realpathSync(folder))) return real
  throw new FileFault('LEADS_OUT', file, 'it is a symbolic link that leads out of its folder')
}

/** Like `readRegularFile`, without blocking. A symbolic link is an error. */
export async function readRegularFileAsync(file: string, limit: number): Promise<Buffer> {
  const handle = await promises.open(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
  try {
    const status = await handle.stat()
    if (!status.isFile()) throw notRegular(file)
    if (status.size > limit) throw tooLarge(file, limit)
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

/** The first `limit` bytes of a regular file, and whether there are more. A symbolic link is an error. */
export function readHead(file: string, limit: number): { bytes: Uint8Array; truncated: boolean } {
  return withRegularFile(file, (descriptor) => {
    const buffer = Buffer.allocUnsafe(limit + 1)
    const length = fill(descriptor, buffer)
    return { bytes: buffer.subarray(0, Math.min(length, limit)), truncated: length > limit }
  })
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

/** Opens a regular file to read it in pieces. A symbolic link is an error. The caller closes the descriptor. */
export function openRegularFile(file: string): number {
  const descriptor = openSync(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
  if (fstatSync(descriptor).isFile()) return descriptor
  closeSync(descriptor)
  throw notRegular(file)
}

function withDescriptor<T>(file: string, flags: number, work: (descriptor: number, stats: BigIntStats) => T): T {
  const descriptor = openSync(file, O_RDONLY | O_NONBLOCK | flags)
  try {
    const stats = fstatSync(descriptor, { bigint: true })
    if (!stats.isFile()) throw notRegular(file)
    return work(descriptor, stats)
  } catch (error) {
    // Node gives the path for opening, and not for reading
    if (isOsError(error)) error.path ??= file
    throw error
  } finally {
    closeSync(descriptor)
  }
}

/** For a file that is longer than its size, as those in /proc. */
const PIECE = 64 * 1024

function readAll(descriptor: number, { size }: BigIntStats, file: string, limit: number): Buffer {
  if (size > BigInt(limit)) throw tooLarge(file, limit)
  const pieces: Buffer[] = []
  let length = 0
  // one byte more than the file has: the end of the file is found without another call
  for (let next = Buffer.allocUnsafe(Number(size) + 1); ; next = Buffer.allocUnsafe(PIECE)) {
    const count = fill(descriptor, next)
    pieces.push(next.subarray(0, count))
    length += count
    if (length > limit) throw tooLarge(file, limit)
    if (count < next.length) return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
  }
}

function notRegular(file: string): FileFault {
  return new FileFault('NOT_REGULAR', file, 'it is not a regular file')
}

function tooLarge(file: string, limit: number): FileFault {
  const text = limit >= MIB ? `${Math.floor(limit / MIB)} MiB` : `${Math.floor(limit / 1024)} KiB`
  return new FileFault('TOO_LARGE', file, `it is larger than ${text}, the limit`)
}

const MIB = 1024 * 1024
