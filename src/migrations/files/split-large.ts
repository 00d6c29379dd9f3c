import { sha256 } from '../../core/digests.ts'
import { LineIndex, type Position } from '../../core/positions.ts'
import type { LexFault } from '../../sqltext/lexer/faults.ts'
import { Cursor } from '../../sqltext/lexer/cursor.ts'
import { isCopyFromStdin, splitStatements, type Statement } from '../../sqltext/statements/split.ts'
import { PieceDigest, type LargeFile } from './large-file.ts'

/** Statements that follow one another and change rows of one table. Their text stays in the file; `text` of the statement is the first one. */
export class StatementBlock {
  readonly count: number
  readonly #large: LargeFile
  readonly #bytes: { start: number; end: number; digest: string }

  constructor(large: LargeFile, count: number, bytes: { start: number; end: number; digest: string }) {
    this.#large = large
    this.count = count
    this.#bytes = bytes
  }

  /** All statements, with what is between them. Throws MIGRATION_FILE_INVALID when the file has changed. */
  text(): string {
    const { start, end, digest } = this.#bytes
    const bytes = this.#large.bytes(start, end)
    if (sha256(bytes) !== digest) throw this.#large.changed()
    return bytes.toString('utf8')
  }
}

export type PlacedStatement = Statement & Position & { block?: StatementBlock }

export interface SplitLarge {
  statements: PlacedStatement[]
  /** With their places. */
  faults: (LexFault & Position)[]
}

/** Characters of a block: it is one message. */
const BLOCK_TEXT = 48 * 1024
const CHANGE_OF_ROWS = /^(?:insert\s+into|update|delete\s+from)\s+[^\s(]+/i

/**
 * Splits a file that is too long for memory, piece by piece: what is not complete at the end of a piece is read again with the
 * next one. With `inBlocks`, changes of rows become blocks. `see` gets each part with the place where it begins. Throws
 * MIGRATION_FILE_INVALID when the text is not that of `checksum`.
 */
export function splitLarge(
  large: LargeFile,
  checksum: string,
  inBlocks: boolean,
  see: (part: string, begin: Position) => void,
): SplitLarge {
  const result: SplitLarge = { statements: [], faults: [] }
  const digest = new PieceDigest()
  let held = ''
  /** The place of the first held character. */
  let place: Place = { offset: 0, byte: 0, line: 1, column: 1 }
  /** A statement longer than a piece is split again when so much more of it has come. */
  let enough = 0
  large.forEachPiece((piece, isLast) => {
    digest.add(piece)
    held += piece
    if (!isLast && held.length < enough) return
    const { statements, faults, end } = completeStatements(held, isLast)
    see(held.slice(0, end), place)
    const text = new Window(held, place)
    for (const fault of faults)
      if (fault.kind !== 'nul-character' || !result.faults.some(({ kind }) => kind === 'nul-character'))
        result.faults.push({ ...fault, ...text.positionAt(fault.offset), offset: place.offset + fault.offset })
    const grouped = inBlocks && faults.length === 0 ? blocksOf(statements) : statements.map((statement) => [statement])
    for (const block of grouped) result.statements.push(text.statement(block, large, result.statements.length))
    place = text.placeAt(end)
    held = held.slice(end)
    enough = end === 0 ? held.length * 2 : 0
  })
  if (digest.end() !== checksum) throw large.changed()
  return result
}

/** The statements that the end of the text does not cut, the faults before it, and the offset where they end. */
function completeStatements(text: string, isLast: boolean): { statements: Statement[]; faults: LexFault[]; end: number } {
  const { statements, faults } = splitStatements(text)
  if (isLast) return { statements, faults, end: text.length }
  // rows without an end were read as statements
  const rows = statements.findIndex((statement) => statement.rows === undefined && isCopyFromStdin(new Cursor(statement.text)))
  // the last statement can go on
  const count = Math.max(0, rows === -1 ? statements.length - 1 : rows)
  const end = count === 0 ? 0 : (statements[count]?.start ?? 0)
  return { statements: statements.slice(0, count), faults: faults.filter(({ offset }) => offset < end), end }
}

/** Runs of statements that change rows of one table; any other statement alone. */
function blocksOf(statements: readonly Statement[]): Statement[][] {
  const blocks: Statement[][] = []
  let key: string | undefined
  let length = 0
  for (const statement of statements) {
    const own = CHANGE_OF_ROWS.exec(statement.text)?.[0].toLowerCase()
    const block = blocks.at(-1)
    length += statement.text.length
    if (own !== undefined && own === key && block !== undefined && length < BLOCK_TEXT) block.push(statement)
    else {
      blocks.push([statement])
      length = statement.text.length
    }
    key = own
  }
  return blocks
}

interface Place extends Position {
  /** UTF-16. */
  offset: number
  byte: number
}

/** A part of the file, and where it begins. Offsets are those in the part, and must not go back. */
class Window {
  readonly #text: string
  readonly #place: Place
  readonly #index: LineIndex
  #counted = 0
  #bytes = 0

  constructor(text: string, place: Place) {
    this.#text = text
    this.#place = place
    this.#index = new LineIndex(text)
  }

  positionAt(offset: number): Position {
    return after(this.#place, this.#index.positionAt(offset))
  }

  placeAt(offset: number): Place {
    return { offset: this.#place.offset + offset, byte: this.#byteAt(offset), ...this.positionAt(offset) }
  }

  statement([first, ...others]: readonly Statement[], large: LargeFile, index: number): PlacedStatement {
    if (first === undefined) throw new RangeError('a block has a statement')
    const end = others.at(-1)?.end ?? first.end
    const placed = {
      ...first,
      // a part of the text would keep all of it in memory
      text: Buffer.from(first.text).toString(),
      start: this.#place.offset + first.start,
      end: this.#place.offset + end,
      index,
      ...this.positionAt(first.start),
      ...(first.rows === undefined ? {} : { rows: { ...first.rows, start: this.#place.offset + first.rows.start } }),
    }
    if (others.length === 0) return placed
    const start = this.#byteAt(first.start)
    const bytes = { start, end: this.#byteAt(end), digest: sha256(this.#text.slice(first.start, end)) }
    return { ...placed, block: new StatementBlock(large, others.length + 1, bytes) }
  }

  #byteAt(offset: number): number {
    this.#bytes += Buffer.byteLength(this.#text.slice(this.#counted, offset))
    this.#counted = offset
    return this.#place.byte + this.#bytes
  }
}

/** The place in a file of a place in a part that begins at `start`. */
export function after(start: Position, { line, column }: Position): Position {
  return line === 1 ? { line: start.line, column: start.column + column - 1 } : { line: start.line + line - 1, column }
}
