import { closeSync, mkdirSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'

/**
 * The file of a cache, read from its beginning while its next edition is written beside it. Nothing is written as long as
 * every line is retained. A file system that refuses anything only makes the cache forget: nothing here throws.
 */
export interface CacheFile {
  /** The next line of the present edition. Each has to be retained or dropped before the one after it. */
  next(): Buffer | undefined
  /** With the bytes of the line that was given last. */
  retain(line: Buffer): void
  drop(): void
  /** A line that is new. */
  add(line: string | Buffer): void
  /** Puts the next edition in the place of the present one. `hasRest`: lines were not asked for any more, and are dropped. */
  finish(hasRest: boolean): void
  /** Leaves the present edition as it is. */
  abandon(): void
}

const PENDING_BYTES = 256 * 1024
const LF = 0x0a
/** Of UTF-8 for a unit of UTF-16. */
const BYTES_A_UNIT = 3
/** What a killed run left behind is removed after an hour; before, it may belong to a run that still goes on. */
const LEFTOVER_MS = 3_600_000

export interface CacheFileOptions {
  /** Read it, and write nothing. */
  readOnly: boolean
  /** The time in ms since 1970. */
  now: () => number
}

export function openCacheFile(file: string, header: string, { readOnly, now }: CacheFileOptions): CacheFile {
  const reader = openReader(file, header)
  /** Up to here the next edition is the same as the present one. */
  let same = reader?.offset ?? 0
  let next: NextEdition | undefined
  let isOff = readOnly
  const begin = (): void => {
    if (next !== undefined || isOff) return
    try {
      prepareFolder(path.dirname(file), now())
      next = beginEdition(file, header, same)
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
        // it was only read
      }
      next?.abandon()
    },
  }
}

/** Stands behind the header; undefined when there is no file, or one for something else. */
function openReader(file: string, header: string): LineReader | undefined {
  try {
    const reader = createLineReader(file)
    if (reader.next()?.toString('utf8') === header) return reader
    reader.close()
  } catch {
    // none, then
  }
  return undefined
}

interface NextEdition {
  write(line: string | Buffer): void
  finish(): void
  abandon(): void
}

/** Begins with what the two editions share. */
function beginEdition(file: string, header: string, same: number): NextEdition {
  const name = `${file}.${process.pid}.${LEFTOVER}`
  const descriptor = openSync(name, 'w')
  // bytes and not text: many lines held together as one would be taken for long-lived, and be garbage of the dear kind
  const pending = Buffer.allocUnsafe(PENDING_BYTES)
  let length = 0
  const flush = (): void => {
    writeSync(descriptor, pending, 0, length)
    length = 0
  }
  const write = (line: string | Buffer): void => {
    const most = (typeof line === 'string' ? line.length * BYTES_A_UNIT : line.length) + 1
    if (length + most > pending.length) flush()
    if (most > pending.length) writeSync(descriptor, `${line.toString()}\n`)
    else {
      length += typeof line === 'string' ? pending.write(line, length) : line.copy(pending, length)
      pending[length++] = LF
    }
  }
  if (same > 0) copyBeginning(file, descriptor, same)
  else write(header)
  return {
    write,
    finish: () => {
      flush()
      closeSync(descriptor)
      renameSync(name, file)
    },
    abandon: () => {
      for (const letGo of [() => closeSync(descriptor), () => rmSync(name, { force: true })]) {
        try {
          letGo()
        } catch {
          // it is removed as a leftover some time
        }
      }
    },
  }
}

const LEFTOVER = 'tmp'

/** Makes the folder, keeps it out of git, and removes what killed runs left. */
function prepareFolder(folder: string, now: number): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, '.gitignore'), '*\n')
  for (const name of readdirSync(folder)) {
    const at = path.join(folder, name)
    if (name.endsWith(`.${LEFTOVER}`) && now - statSync(at).mtimeMs > LEFTOVER_MS) rmSync(at, { force: true })
  }
}

function copyBeginning(file: string, to: number, length: number): void {
  const from = openSync(file, 'r')
  try {
    const buffer = Buffer.allocUnsafe(1024 * 1024)
    for (let left = length; left > 0;) {
      const count = readSync(from, buffer, 0, Math.min(buffer.length, left), null)
      if (count === 0) throw new Error('the cache became shorter')
      writeSync(to, buffer, 0, count)
      left -= count
    }
  } finally {
    closeSync(from)
  }
}

/** Reads a file line by line without holding more than a piece of it. */
export interface LineReader {
  /** The next line without its line feed, valid until the next call; undefined at the end. A last line without a line feed is none. */
  next(): Buffer | undefined
  /** Offset behind the line that was given last. */
  readonly offset: number
  close(): void
}

const PIECE = 1024 * 1024

/** Throws what the file system throws. */
export function createLineReader(file: string): LineReader {
  const descriptor = openSync(file, 'r')
  let buffer = Buffer.allocUnsafe(PIECE)
  let from = 0
  let to = 0
  let offset = 0
  /** Moves the rest to the front and reads on; false at the end. */
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
