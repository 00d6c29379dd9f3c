import { createHash } from 'node:crypto'
import type { StoredText } from '../../db/stored-text.ts'
import { PIECE, type LargeFile } from './large-file.ts'

/** Where a part of a file is in its bytes, and the digest of these. */
export interface FileRange {
  start: number
  end: number
  /** SHA-256 in lower-case hex. */
  digest: string
}

/**
 * A part of a large file, whose text stays in the file. Iterated, it gives the text in parts that end with a line, as far as lines are
 * shorter than memory. Throws MIGRATION_FILE_INVALID at its end when the file has changed.
 */
export class FileText implements Iterable<string>, StoredText {
  readonly #large: LargeFile
  readonly #range: FileRange

  constructor(large: LargeFile, range: FileRange) {
    this.#large = large
    this.#range = range
  }

  *[Symbol.iterator](): Generator<string> {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    let held = ''
    for (const piece of this.pieces()) {
      const text = decoder.decode(piece, { stream: true })
      const end = text.lastIndexOf('\n') + 1
      if (end > 0) yield held + text.slice(0, end)
      held = end > 0 ? text.slice(end) : held + text
    }
    if (held !== '') yield held
  }

  get byteLength(): number {
    return this.#range.end - this.#range.start
  }

  /** All of it, in memory. */
  text(): string {
    return Buffer.concat([...this.pieces()]).toString('utf8')
  }

  /** The bytes in pieces. */
  *pieces(): Generator<Buffer> {
    const { start, end, digest } = this.#range
    const hash = createHash('sha256')
    for (let at = start; at < end; at += PIECE) {
      const piece = this.#large.bytes(at, Math.min(at + PIECE, end))
      hash.update(piece)
      yield piece
    }
    if (hash.digest('hex') !== digest) throw this.#large.changed()
  }
}
