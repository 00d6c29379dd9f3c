import { foldCase } from '../lexer/characters.ts'
import { Scanner } from '../lexer/scanner.ts'

/** A PL/pgSQL statement, a declaration, or the head of a compound statement: `IF ... THEN`, `FOR ... LOOP`. */
export interface Piece {
  start: number
  end: number
}

/** The pieces of a body of PL/pgSQL, in order. */
export function splitPieces(body: string): Piece[] {
  const scanner = new Scanner(body)
  const pieces: Piece[] = []
  let previous = ';'
  let sqlCases = 0
  while (scanner.next() !== 'end') {
    const source = body.slice(scanner.start, scanner.end)
    const token = scanner.kind === 'word' ? foldCase(source) : scanner.kind === 'symbol' ? source : ''
    const opens = OPENERS.has(previous) && sqlCases === 0
    const isFirst = (previous === ';' || previous === '>>' || opens) && token !== ';'
    const last = pieces.at(-1)
    if (isFirst) pieces.push({ start: scanner.start, end: scanner.end })
    else if (last !== undefined) last.end = scanner.end
    // no statement follows the THEN and ELSE of a CASE inside an expression
    if (token === 'case' && !isFirst && previous !== 'end') sqlCases++
    else if (token === ';') sqlCases = 0
    else if (token === 'end' && sqlCases > 0) sqlCases--
    previous = token
  }
  return pieces
}

/** A piece begins after one of these words. */
const OPENERS: ReadonlySet<string> = new Set(['begin', 'declare', 'else', 'loop', 'then'])
