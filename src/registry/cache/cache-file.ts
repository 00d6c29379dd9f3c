import { closeSync, readSync } from 'node:fs'
import path from 'node:path'
import { openDraft } from '../../files/draft.ts'
import { checkOwnFile, makeOwnFolder, removeOldDrafts } from '../../files/own-folder.ts'
import { openRegularFile } from '../../files/regular-file.ts'

/**
 * The file of a cache, read line by line while its next version is written to a temporary file. Nothing is written as long as
 * every line is kept. Errors of the file system only lose cached data: nothing here throws.
 */
export interface CacheFile {
  /** The next line of the current version. Each line must be retained or dropped before the next one. */
  next(): Buffer | undefined
  /** Keeps the last line; `line` is its bytes. */
  retain(line: Buffer): void
  drop(): void
  /** Adds a new line. */
  add(line: string | Buffer): void
  /** Replaces the file with the next version, if there is one. `hasRest`: there are unread lines, and they are dropped. */
  finish(hasRest: boolean): void
  /** Leaves the file as it is. */
  abandon(): void
}

const PENDING_BYTES = 256 * 1024
const LF = 0x0a
/** The most bytes of UTF-8 for a UTF-16 code unit. */
const BYTES_A_UNIT = 3
/** A temporary file of a killed run is removed after an hour; a newer one may belong to a running process. */
const LEFTOVER_MS = 3_600_000

export interface CacheFileOptions {
  /** Read it, and write nothing. */
  readOnly: boolean
  /** The time in ms since 1970. */
  now: () => number
}

export function openCacheFile(file: string, header: string, { readOnly, now }: CacheFileOptions): CacheFile {
  const reader = openReader(file, header)
  /** Up to this offset the next version is equal to the current one. */
  let same = reader?.offset ?? 0
  let next: NextVersion | undefined
  let isOff = readOnly
  const begin = (): void => {
    if (next !== undefined || isOff) return
    try {
      makeOwnFolder(path.dirname(file))
      removeOldDrafts(path.dirname(file), now() - LEFTOVER_MS)
      checkOwnFile(file)
      next = beginVersion(file, header, same)
    } catch {
      isOff = true
    }
  }
  const write = (line: string | Buffer): void => {
    try {
      next?.write(line)
    } catch {
      next?.abandon()
      isOff = true
      next = undefined
    }
  }
  return {
    next: () => {
      try {
        return reader?.next()
      } catch {
        return undefined
      }
    },
    retain: (line) => {
      if (next === undefined) same = reader?.offset ?? 0
      else write(line)
    },
    drop: begin,
    add: (line) => {
      begin()
      write(line)
    },
    finish: (hasRest) => {
      if (hasRest) begin()
      try {
        reader?.close()
        next?.finish()
      } catch {
        next?.abandon()
      }
    },
    abandon: () => {
      try {
        reader?.close()
      } catch {
        // it was opened for reading only
      }
      next?.abandon()
    },
  }
}

/** A reader positioned after the header; undefined if there is no file or its header differs. */
function openReader(file: string, header: string): LineReader | undefined {
  try {
    const reader = createLineReader(file)
    if (reader.next()?.toString('utf8') === header) return reader
    reader.close()
  } catch {
    // no cache
  }
  return undefined
}

interface NextVersion {
  write(line: string | Buffer): void
  finish(): void
  abandon(): void
}

/** Begins with the part that both versions share. */
function beginVersion(file: string, header: string, same: number): NextVersion {
  // without a flush to disk: after a crash of the machine a damaged line is ignored
  const draft = openDraft(file, { durable: false })
  // a buffer, not strings: a long string of many lines would move to the old generation and be expensive to collect
  const pending = Buffer.allocUnsafe(PENDING_BYTES)
  let length = 0
  const flush = (): void => {
    draft.write(pending.subarray(0, length))
    length = 0
  }
  const write = (line: string | Buffer): void => {
    const most = (typeof line === 'string' ? line.length * BYTES_A_UNIT : line.length) + 1
    if (length + most > pending.length) flush()
    if (most > pending.length) draft.write(`${line.toString()}\n`)
    else {
      length += typeof line === 'string' ? pending.write(line, length) : line.copy(pending, length)
      pending[length++] = LF
    }
  }
  try {
    if (same > 0) copyBeginning(file, draft.write, same)
    else write(header)
  } catch (error) {
    draft.abandon()
    throw error
  }
  return {
    write,
    finish: () => {
      flush()
      draft.replace()
    },
    abandon: draft.abandon,
  }
}

function copyBeginning(file: string, write: (bytes: Uint8Array) => void, length: number): void {
  const from = openRegularFile(file)
  try {
    const buffer = Buffer.allocUnsafe(1024 * 1024)
    for (let left = length; left > 0;) {
      const count = readSync(from, buffer, 0, Math.min(buffer.length, left), null)
      if (count === 0) throw new Error('the cache became shorter')
      write(buffer.subarray(0, count))
      left -= count
    }
  } finally {
    closeSync(from)
  }
}

/** Reads a file line by line, with only a part of it in memory. */
interface LineReader {
  /** The next line without its line feed, valid until the next call; undefined at the end. A last line without a line feed is ignored. */
  next(): Buffer | undefined
  /** Offset after the last line. */
  readonly offset: number
  close(): void
}

const PIECE = 1024 * 1024

/** Throws errors of the file system. */
function createLineReader(file: string): LineReader {
  const descriptor = openRegularFile(file)
  let buffer = Buffer.allocUnsafe(PIECE)
  let from = 0
  let to = 0
  let offset = 0
  /** Moves the rest to the front and reads more; false at the end of the file. */
  const more = (): boolean => {
    buffer.copyWithin(0, from, to)
    to -= from
    from = 0
    if (to === buffer.length) {
      const larger = Buffer.allocUnsafe(buffer.length * 2)
      buffer.copy(larger, 0, 0, to)
      buffer = larger
    }
    const count = readSync(descriptor, buffer, to, buffer.length - to, null)
    to += count
    return count > 0
  }
  return {
    next: () => {
      let searched = from
      for (;;) {
        const at = buffer.subarray(0, to).indexOf(LF, searched)
        if (at !== -1) {
          const line = buffer.subarray(from, at)
          offset += at + 1 - from
          from = at + 1
          return line
        }
        const seen = to - from
        if (!more()) return undefined
        searched = seen
      }
    },
    get offset() {
      return offset
    },
    close: () => closeSync(descriptor),
  }
}
