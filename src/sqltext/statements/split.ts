import { AtomicBodies } from './atomic-bodies.ts'
import { copyDataEnd, isCopyFromStdin } from './copy-data.ts'
import { Cursor } from '../lexer/cursor.ts'
import { lexFault, type LexFault } from '../lexer/faults.ts'
import { Scanner } from '../lexer/scanner.ts'

/** One statement of a file, without its semicolon and without the comments around it: it can be sent by itself. */
export interface Statement {
  /** `source.slice(start, end)`. */
  text: string
  /** UTF-16 offset of the first token. */
  start: number
  /** UTF-16 offset after the last token; the semicolon does not count. */
  end: number
  /** Place among the statements of the file, from 0. */
  index: number
}

export interface SplitResult {
  statements: Statement[]
  /** In order of offset. With any of these the statements after the first fault are guesses: do not run the file. */
  faults: LexFault[]
}

/**
 * Splits SQL into statements as psql does: at each semicolon outside of quotes, comments, parentheses and the bodies of
 * BEGIN ATOMIC. Nothing but comments between two semicolons is no statement. It is a lexer, so new syntax does not
 * break it; wrong syntax is the server's to find. Files that turn standard_conforming_strings off are not understood.
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
      // Without an end mark the search went to the end of the file: once is enough.
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
    // A stray closing parenthesis is the server's to report; the statements behind it must still be found.
    else if (symbol === ')') parentheses = Math.max(0, parentheses - 1)
    if (parentheses === 0) bodies.see(scanner)
  }
  finish()
  return { statements, faults: [...nulFaults(text), ...scanner.faults].toSorted((a, b) => a.offset - b.offset) }
}

/** The first NUL only: a file in UTF-16 has one in every other place. */
function nulFaults(text: string): LexFault[] {
  const offset = text.indexOf('\0')
  return offset < 0 ? [] : [lexFault('nul-character', offset, '\\0')]
}
