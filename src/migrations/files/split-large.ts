import { createHash, type Hash } from 'node:crypto'
import { sha256 } from '../../core/digests.ts'
import type { Position } from '../../core/positions.ts'
import { acceptedCodes } from '../../sqltext/hazards/accepted-codes.ts'
import { Cursor } from '../../sqltext/lexer/cursor.ts'
import type { LexFault } from '../../sqltext/lexer/faults.ts'
import { END_MARK, endMark, nulFaults, splitStatements, type CopyRows, type Statement } from '../../sqltext/statements/split.ts'
import { LongStatement } from '../../sqltext/statements/long-statement.ts'
import { FileText } from './file-text.ts'
import { PieceDigest, type LargeFile } from './large-file.ts'
import { TextWindow, type Place } from './text-window.ts'

/**
 * Statements that follow one another and change rows of one table, or one long INSERT. `text` of the statement that has the block is the
 * first one, or the beginning of the long one.
 */
export interface StatementBlock {
  count: number
  /** All statements, with what is between them. */
  content: FileText
}

export interface PlacedStatement extends Statement, Position {
  /** The codes of hazards that comments above it accept. */
  accepts: readonly string[]
  block?: StatementBlock
}

export interface SplitLarge {
  statements: PlacedStatement[]
  /** With their places. */
  faults: (LexFault & Position)[]
}

/** What the split of a large file asks about its parts. */
export interface PartReader {
  /** Whether the statement can be part of a block. */
  fitsBlock: (statement: string) => boolean
  /** Gets each part, with the place where it begins. */
  see: (part: string, begin: Position) => void
}

/**
 * Splits a file that is too long for memory, piece by piece: what is not complete at the end of a piece is read again with the next
 * one. Rows of a COPY, and changes of rows where `fitsBlock` permits it, stay in the file. Throws MIGRATION_FILE_INVALID when the
 * text is not that of `checksum`.
 */
export function splitLarge(large: LargeFile, checksum: string, reader: PartReader): SplitLarge {
  const splitter = new LargeSplitter(large, reader)
  const digest = new PieceDigest()
  large.forEachPiece((piece, isLast) => {
    digest.add(piece)
    splitter.take(piece, isLast)
  })
  if (digest.end() !== checksum) throw large.changed()
  return splitter.result
}

type StatementPart = Statement & Pick<PlacedStatement, 'accepts'>

/** A COPY whose rows are being read. */
interface OpenCopy {
  statement: PlacedStatement
  rows: Omit<CopyRows, 'parts' | 'end'>
  /** Where the rows begin. */
  byte: number
  hash: Hash
}

/** A long INSERT that is being read. */
interface OpenStatement {
  statement: PlacedStatement
  begin: Place
  hash: Hash
  reader: LongStatement
}

class LargeSplitter {
  readonly result: SplitLarge = { statements: [], faults: [] }
  readonly #large: LargeFile
  readonly #reader: PartReader
  /** What was read and is not split yet. */
  #held = ''
  /** The place of its first character. */
  #place: Place = { offset: 0, byte: 0, line: 1, column: 1 }
  /** A statement or row longer than a piece is read again when so much more of it has come. */
  #enough = 0
  #copy: OpenCopy | undefined
  #long: OpenStatement | undefined
  /** The long statement that comes next must be held. */
  #mustHold = false
  /** What comments before it accept. */
  #accepted: readonly string[] = []

  constructor(large: LargeFile, reader: PartReader) {
    this.#large = large
    this.#reader = reader
  }

  take(piece: string, isLast: boolean): void {
    this.#held += piece
    let goesOn = true
    while (goesOn) {
      if (this.#copy !== undefined) goesOn = this.#takeRows(this.#copy, isLast)
      else if (this.#long !== undefined) goesOn = this.#takeLong(this.#long, isLast)
      else goesOn = this.#takeStatements(isLast)
    }
  }

  /** Returns whether rows of a COPY, or more of a long INSERT, follow. */
  #takeStatements(isLast: boolean): boolean {
    const held = this.#held
    if (!isLast && held.length < this.#enough) return false
    const split = splitStatements(held)
    const { endless } = split
    const rows = endless !== undefined && endless.start < held.length ? endless : undefined
    // the last statement can go on, and so can the line of a COPY
    const open = endless === undefined ? split.statements.length - 1 : endless.statement.index
    const count = isLast && rows === undefined ? split.statements.length : Math.max(0, open)
    const end = rows?.start ?? (isLast ? held.length : count === 0 ? 0 : (split.statements[count]?.start ?? 0))
    const text = new TextWindow(held, this.#place)
    const faults = [...split.faults.filter(({ offset }) => offset < (rows?.statement.end ?? end)), ...(rows?.faults ?? [])]
    this.#addFaults(text, faults)
    const parts = this.#withAccepted(split.statements.slice(0, count + 1))
    const next = parts[count]
    const complete = parts.slice(0, count)
    const grouped = faults.length === 0 ? blocksOf(complete, this.#reader.fitsBlock) : complete.map((part) => [part])
    for (const block of grouped) this.#add(this.#placed(text, block))
    if (end === 0 && !isLast && endless === undefined && next !== undefined && this.#canStay(next.text)) {
      this.#beginLong(text, next)
      return true
    }
    if (end > 0) this.#mustHold = false
    if (end > 0) this.#accepted = rows === undefined ? (next?.accepts ?? []) : []
    if (rows !== undefined && next !== undefined) {
      const { stdin, start } = rows
      this.#copy = {
        statement: this.#placed(text, [next]),
        rows: { stdin, start: this.#place.offset + start },
        byte: text.byteAt(start),
        hash: createHash('sha256'),
      }
    }
    this.#enough = end === 0 ? held.length * 2 : 0
    this.#advance(text, end)
    return rows !== undefined
  }

  /** Returns whether statements follow. */
  #takeRows({ statement, rows, byte, hash }: OpenCopy, isLast: boolean): boolean {
    const held = this.#held
    if (!isLast && held.length < this.#enough) return false
    const mark = endMark(held, 0)
    // more can follow on its line
    const isEnd = mark !== undefined && (isLast || mark + END_MARK.length < held.length)
    if (isLast && !isEnd) this.#add(statement)
    const end = isEnd ? mark : isLast ? held.length : held.lastIndexOf('\n') + 1
    const text = new TextWindow(held, this.#place)
    hash.update(held.slice(0, end))
    this.#addFaults(text, nulFaults(held.slice(0, end)))
    this.#enough = end === 0 ? held.length * 2 : 0
    this.#advance(text, end)
    if (!isEnd) return false
    const parts = new FileText(this.#large, { start: byte, end: this.#place.byte, digest: hash.digest('hex') })
    this.#add({ ...statement, rows: { ...rows, end: this.#place.offset, parts } })
    this.#advance(new TextWindow(this.#held, this.#place), END_MARK.length)
    this.#copy = undefined
    return true
  }

  #canStay(text: string): boolean {
    return !this.#mustHold && /^insert\s+into\s/i.test(text) && this.#reader.fitsBlock(text)
  }

  #beginLong(text: TextWindow, part: StatementPart): void {
    const statement = this.#placed(text, [{ ...part, text: part.text.slice(0, LONG_HEAD) }])
    this.#advance(text, part.start)
    this.#accepted = part.accepts
    this.#long = { statement, begin: this.#place, hash: createHash('sha256'), reader: new LongStatement() }
  }

  /** Returns whether statements follow. */
  #takeLong(long: OpenStatement, isLast: boolean): boolean {
    const held = this.#held
    if (!isLast && held.length < this.#enough) return false
    const { open } = long.reader
    const { done, isEnd, isFaulty } = long.reader.read(held, isLast)
    const part = held.slice(0, done)
    if (isFaulty || part.includes('\0') || !this.#reader.fitsBlock(open + part)) return this.#hold(long)
    long.hash.update(part)
    this.#enough = done === 0 ? held.length * 2 : 0
    this.#advance(new TextWindow(held, this.#place), done, open)
    if (!isEnd) return false
    const range = { start: long.begin.byte, end: this.#place.byte, digest: long.hash.digest('hex') }
    this.#add({ ...long.statement, end: this.#place.offset, block: { count: 1, content: new FileText(this.#large, range) } })
    this.#long = undefined
    this.#accepted = []
    return true
  }

  /** The statement has variables or faults: it is read again from its beginning, and held. */
  #hold({ begin }: OpenStatement): true {
    this.#held = this.#large.bytes(begin.byte, this.#place.byte).toString('utf8') + this.#held
    this.#place = begin
    this.#long = undefined
    this.#mustHold = true
    this.#enough = 0
    return true
  }

  #addFaults(text: TextWindow, faults: readonly LexFault[]): void {
    const { faults: all } = this.result
    for (const fault of faults) {
      if (fault.kind === 'nul-character' && all.some(({ kind }) => kind === 'nul-character')) continue
      all.push({ ...fault, ...text.positionAt(fault.offset), offset: this.#place.offset + fault.offset })
    }
  }

  /** `open`: the quote that is open where the held text begins. */
  #advance(text: TextWindow, end: number, open = ''): void {
    this.#reader.see(open + this.#held.slice(0, end), this.#place)
    this.#place = text.placeAt(end)
    this.#held = this.#held.slice(end)
  }

  #add(statement: PlacedStatement): void {
    this.result.statements.push({ ...statement, index: this.result.statements.length })
  }

  #withAccepted(statements: readonly Statement[]): StatementPart[] {
    let before = 0
    return statements.map((statement, i) => {
      const accepts = acceptedCodes(this.#held.slice(before, statement.start))
      before = statement.rows?.end ?? statement.end
      return { ...statement, accepts: i === 0 ? [...this.#accepted, ...accepts] : accepts }
    })
  }

  #placed(text: TextWindow, [first, ...others]: readonly StatementPart[]): PlacedStatement {
    if (first === undefined) throw new RangeError('a block has a statement')
    const { offset } = this.#place
    const end = others.at(-1)?.end ?? first.end
    const { rows, ...own } = first
    const placed = {
      ...own,
      // a part of the text would keep all of it in memory
      text: Buffer.from(first.text).toString(),
      start: offset + first.start,
      end: offset + end,
      ...text.positionAt(first.start),
    }
    if (rows !== undefined) {
      const parts = this.#stored(text, rows.start, rows.end)
      return { ...placed, rows: { ...rows, start: offset + rows.start, end: offset + rows.end, parts } }
    }
    if (others.length === 0) return placed
    return { ...placed, block: { count: others.length + 1, content: this.#stored(text, first.start, end) } }
  }

  #stored(text: TextWindow, start: number, end: number): FileText {
    const range = { start: text.byteAt(start), end: text.byteAt(end), digest: sha256(this.#held.slice(start, end)) }
    return new FileText(this.#large, range)
  }
}

/** Characters of a long statement that are held. */
const LONG_HEAD = 8 * 1024
/** Characters of a block: it is one message. */
const BLOCK_TEXT = 48 * 1024
const CHANGE_OF_ROWS = /^(?:insert\s+into|(update|delete\s+from))\s+[^\s(]+/i

/** Runs of statements that change rows of one table; any other statement alone. */
function blocksOf(statements: readonly StatementPart[], fitsBlock: (statement: string) => boolean): StatementPart[][] {
  const blocks: StatementPart[][] = []
  let key: string | undefined
  let length = 0
  for (const statement of statements) {
    const own = fitsBlock(statement.text) ? changedTable(statement.text) : undefined
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

/** The verb and the table. A change of all rows is a hazard, and is looked at alone. */
function changedTable(text: string): string | undefined {
  const [found, ofSome] = CHANGE_OF_ROWS.exec(text) ?? []
  if (ofSome !== undefined && !new Cursor(text).skipUntil((word) => word === 'where')) return undefined
  return found?.toLowerCase()
}
