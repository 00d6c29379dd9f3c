import { blockCommentEnd, isCommentStart, lineEnd } from '../lexer/characters.ts'
import { Cursor } from '../lexer/cursor.ts'
import { lexFault, type LexFault } from '../lexer/faults.ts'
import { Scanner } from '../lexer/scanner.ts'
import { AtomicBodies } from './atomic-bodies.ts'

/** One statement of a file, without its semicolon and the comments around it, ready to send. */
export interface Statement {
  /** `source.slice(start, end)`. */
  text: string
  /** UTF-16 offset of the first token. */
  start: number
  /** UTF-16 offset after the last token; the semicolon does not count. */
  end: number
  /** Position among the statements of the file, from 0. */
  index: number
  /** The rows that follow a COPY ... FROM STDIN; absent when they have no end mark. */
  rows?: CopyRows
}

/** The lines between a COPY ... FROM STDIN and its end mark. */
export interface CopyRows {
  /** In parts that end with a line. */
  parts: Iterable<string>
  /** UTF-16 offset of the first row. */
  start: number
  /** UTF-16 offset after the last row. */
  end: number
  /** Where the word STDIN is in the statement. */
  stdin: { start: number; end: number }
}

export interface SplitResult {
  statements: Statement[]
  /** In order of offset. The statements after the first fault are guesses: do not run the file. */
  faults: LexFault[]
  /** The first COPY ... FROM STDIN without an end mark: what follows is read as SQL, and can be its rows. */
  endless?: Omit<CopyRows, 'parts' | 'end'> & { statement: Statement; faults: LexFault[] }
}

/**
 * Splits SQL into statements as psql does: at each semicolon outside quotes, comments, parentheses and the bodies of BEGIN
 * ATOMIC. Ignores empty statements. It needs no grammar, so new syntax does not break it, and the server reports wrong
 * syntax. Does not support files that turn standard_conforming_strings off.
 */
export function splitStatements(text: string): SplitResult {
  const scanner = new Scanner(text)
  const bodies = new AtomicBodies(text)
  const statements: Statement[] = []
  let parentheses = 0
  let start = -1
  let end = 0
  let endless: SplitResult['endless']
  const copyFaults: LexFault[] = []

  const finish = (): void => {
    if (start < 0) return
    const statement: Statement = { text: text.slice(start, end), start, end, index: statements.length }
    statements.push(statement)
    start = -1
    parentheses = 0
    bodies.reset()
    const cursor = new Cursor(statement.text)
    // without an end mark the search goes to the end of the file: do that only once
    if (endless !== undefined || !isCopyFromStdin(cursor)) return
    const stdin = { start: cursor.peek(-1).start, end: cursor.peek(-1).end }
    const { first, mark, faults } = copyRows(text, scanner.end)
    if (mark === undefined) return void (endless = { statement, start: first, stdin, faults })
    statement.rows = { parts: [text.slice(first, mark)], start: first, end: mark, stdin }
    copyFaults.push(...faults)
    scanner.seek(mark + END_MARK.length)
  }

  while (scanner.next() !== 'end') {
    const symbol = scanner.kind === 'symbol' ? text[scanner.start] : ''
    if (symbol === ';' && parentheses === 0 && !bodies.isOpen) {
      finish()
      continue
    }
    if (start < 0) start = scanner.start
    end = scanner.end
    if (symbol === '(') parentheses++
    // the server reports an extra closing parenthesis; the statements after it must still be found
    else if (symbol === ')') parentheses = Math.max(0, parentheses - 1)
    if (parentheses === 0) bodies.see(scanner)
  }
  finish()
  const faults = [...nulFaults(text), ...scanner.faults, ...copyFaults].toSorted((a, b) => a.offset - b.offset)
  return { statements, faults, ...(endless === undefined ? {} : { endless }) }
}

/** The first NUL only: a file in UTF-16 has many. */
export function nulFaults(text: string): LexFault[] {
  const offset = text.indexOf('\0')
  return offset < 0 ? [] : [lexFault('nul-character', offset, '\\0')]
}

/**
 * Whether a statement is a COPY that reads its rows from the client. In a file the rows follow the statement, as pg_dump
 * writes them.
 */
export function isCopyFromStdin(cursor: Cursor): boolean {
  return isCopyOverTheConnection(cursor, 'from')
}

/** Whether a statement is a COPY that sends its rows to the client. */
export function isCopyToStdout(cursor: Cursor): boolean {
  return isCopyOverTheConnection(cursor, 'to')
}

function isCopyOverTheConnection(cursor: Cursor, direction: 'from' | 'to'): boolean {
  if (!cursor.accept('copy')) return false
  cursor.skipUntil((word) => word === 'from' || word === 'to')
  // the grammar accepts either name in both directions (gram.y, copy_file_name)
  return cursor.accept(`${direction} stdin`) || cursor.accept(`${direction} stdout`)
}

/**
 * The rows after the semicolon of a COPY ... FROM STDIN, as psql reads them: they begin on the next line and end with the line
 * `\.`; `mark` is undefined when there is no such line.
 */
function copyRows(text: string, from: number): { first: number; mark: number | undefined; faults: LexFault[] } {
  const lineBreak = endOfLine(text, from)
  const first = text.startsWith('\r\n', lineBreak) ? lineBreak + 2 : lineBreak + 1
  const other = firstText(text, from, lineBreak)
  const faults = other === undefined ? [] : [lexFault('text-before-rows', other, '')]
  return { first, mark: endMark(text, first), faults }
}

/** The line after the rows of a COPY. */
export const END_MARK = '\\.'

/** Offset of the line that is the end mark and nothing else. Rows begin at `from`. */
export function endMark(text: string, from: number): number | undefined {
  for (let at = text.indexOf(END_MARK, from); at >= 0; at = text.indexOf(END_MARK, at + 1)) {
    const after = at + END_MARK.length
    if ((at === from || isLineBreak(text, at - 1)) && (after === text.length || isLineBreak(text, after))) return at
  }
  return undefined
}

function isLineBreak(text: string, at: number): boolean {
  return text[at] === '\n' || text[at] === '\r'
}

/** End of the line on which rows are announced. A block comment can continue it. */
function endOfLine(text: string, from: number): number {
  let at = from
  while (at < text.length && !isLineBreak(text, at)) {
    if (!isCommentStart(text, at)) at++
    else at = text[at] === '-' ? lineEnd(text, at) : (blockCommentEnd(text, at) ?? text.length)
  }
  return at
}

/** Offset of the first token between the two offsets. */
function firstText(text: string, from: number, to: number): number | undefined {
  const scanner = new Scanner(text.slice(0, to))
  scanner.seek(from)
  return scanner.next() === 'end' ? undefined : scanner.start
}
