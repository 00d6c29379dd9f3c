import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import { SkillsError } from '../../core/errors.ts'
import { withFileInside } from '../../files/regular-file.ts'
import { isSpace } from '../../sqltext/lexer/characters.ts'
import { endOfComments } from './directive-words.ts'

/** Longer files are data for the most part. They are read in pieces, so that their size does not decide how much memory a run takes. */
export const LARGE_BYTES: number = 8 * 1024 * 1024
const MAX_BYTES = 1024 * 1024 * 1024
/** Bytes that are read at once. */
export const PIECE: number = 256 * 1024

/** A migration that is too long for memory. It is read several times: what is read later must be what was read first. */
export class LargeFile {
  readonly #directory: string
  readonly #name: string
  /** The path as shown to people. */
  readonly file: string

  constructor(directory: string, name: string, file: string) {
    this.#directory = directory
    this.#name = name
    this.file = file
  }

  /** The text in pieces, the byte order mark included. Throws MIGRATION_FILE_INVALID for a file that is not UTF-8. */
  forEachPiece(work: (text: string, isLast: boolean) => void): void {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    const buffer = Buffer.allocUnsafe(PIECE)
    withFileInside(this.#directory, this.#name, MAX_BYTES, (descriptor) => {
      for (;;) {
        const length = readSync(descriptor, buffer, 0, PIECE, null)
        work(this.#decode(decoder, buffer.subarray(0, length), length > 0), length === 0)
        if (length === 0) return
      }
    })
  }

  #decode(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array, stream: boolean): string {
    try {
      return decoder.decode(bytes, { stream })
    } catch {
      throw new SkillsError('MIGRATION_FILE_INVALID', `${this.file} is not UTF-8`, { hint: 'save the file as UTF-8' })
    }
  }

  /** The bytes between two offsets. */
  bytes(start: number, end: number): Buffer {
    const buffer = Buffer.allocUnsafe(end - start)
    const length = withFileInside(this.#directory, this.#name, MAX_BYTES, (descriptor) =>
      readSync(descriptor, buffer, 0, buffer.length, start),
    )
    return buffer.subarray(0, length)
  }

  changed(): SkillsError {
    return new SkillsError('MIGRATION_FILE_INVALID', `${this.file} changed while it was read`, {
      hint: 'what was not committed was rolled back; run skills migrate again',
    })
  }
}

/** The digest of `normaliseSql`, of a text that comes in pieces. */
export class PieceDigest {
  readonly #hash = createHash('sha256')
  #isFirst = true
  /** White space that is dropped when nothing follows it; it can end with the first half of a CRLF. */
  #spaces = ''

  add(piece: string): void {
    const text = this.#spaces + (this.#isFirst ? piece.replace(/^\ufeff/, '') : piece)
    if (piece !== '') this.#isFirst = false
    let end = text.length
    while (isSpace(text.charCodeAt(end - 1))) end--
    this.#spaces = text.slice(end)
    this.#hash.update(text.slice(0, end).replaceAll('\r\n', '\n'))
  }

  /** `sha256:` and the digest. */
  end(): string {
    return `sha256:${this.#hash.digest('hex')}`
  }
}

/** What a run with nothing to do needs: the digest, and the beginning of the text with all comments before the first statement, where directives are. */
export function readSummary(large: LargeFile): { checksum: string; head: string } {
  const digest = new PieceDigest()
  let head = ''
  let isWhole = false
  /** The comments are read again when so much more of them has come. */
  let enough = 0
  large.forEachPiece((piece) => {
    digest.add(piece)
    if (!isWhole) head += piece
    if (isWhole || head.length < enough) return
    isWhole = endOfComments(head) < head.length
    enough = head.length * 2
  })
  return { checksum: digest.end(), head }
}
