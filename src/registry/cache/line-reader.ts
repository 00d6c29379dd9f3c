import { closeSync, openSync, readSync } from 'node:fs'

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

const LF = 0x0a
