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
}

export interface SplitResult {
  statements: Statement[]
  /** In order of offset. The statements after the first fault are guesses: do not run the file. */
  faults: LexFault[]
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
  let mayHaveCopyData = true

  const finish = (): void => {
    if (start < 0) return
    const statement = { text: text.slice(start, end), start, end, index: statements.length }
    statements.push(statement)
    start = -1
    parentheses = 0
    bodies.reset()
    if (mayHaveCopyData && isCopyFromStdin(new Cursor(statement.text))) {
      const dataEnd = copyDataEnd(text, scanner.end)
      // without an end mark the search goes to the end of the file: do that only once
      if (dataEnd === undefined) mayHaveCopyData = false
      else scanner.seek(dataEnd)
    }
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
  return { statements, faults: [...nulFaults(text), ...scanner.faults].toSorted((a, b) => a.offset - b.offset) }
}

/** The first NUL only: a file in UTF-16 has many. */
function nulFaults(text: string): LexFault[] {
  const offset = text.indexOf('\0')
  return offset < 0 ? [] : [lexFault('nul-character', offset, '\\0')]
}

/**
 * Whether a statement is a COPY that reads its rows from the client. In a file the rows follow the statement (as pg_dump
 * writes them). Only psql can read them, and on PGlite such a COPY ends the instance.
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
 * Offset after the rows of a COPY ... FROM STDIN, which end with the line `\.`; undefined when there is no such line. Rows
 * read as SQL would cause faults that hide the real one.
 */
function copyDataEnd(text: string, from: number): number | undefined {
  const endMark = /(?<=[\n\r])\\\.(?=[\n\r]|$)/g
  endMark.lastIndex = from
  return endMark.test(text) ? endMark.lastIndex : undefined
}
