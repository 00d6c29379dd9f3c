import { codePointOffset } from '../../core/positions.ts'
import { Scanner } from '../lexer/scanner.ts'
import { locateNames, type Location, type ServerError } from './locate-names.ts'
import { splitPieces, type Piece } from './plpgsql-pieces.ts'
import { decodeLiteral, type DecodedLiteral } from './routine-body.ts'

/** A context line about a body of the statement. */
export interface Frame {
  /** From 1, counted from the opening quote of the body. */
  line: number
  /** The whole context line. */
  text: string
  /** The context lines above it: the calls from the body. */
  above: string
}

/** Locates an error in a body of PL/pgSQL; offsets are those of the body. */
export function locateInPlpgsql(body: string, frame: Frame, error: ServerError): Location {
  const { piece, exact } = pieceAt(body, frame)
  const place = internalOffset(body, piece, frame, error) ?? nameOffset(body, piece, frame, error)
  return place === undefined ? { offset: piece.start, exact } : { offset: place, exact: true }
}

/** The piece that begins on the line of the frame. Of several, the one whose text or keyword is in the context. */
function pieceAt(body: string, frame: Frame): { piece: Piece; exact: boolean } {
  const line = lineRange(body, frame.line)
  const pieces = splitPieces(body)
  const here = pieces.filter(({ start }) => start >= line.start && start < line.end)
  const byText = here.filter((piece) => isOwn(body, piece, frame))
  const words = new Set(frame.text.split(/\W+/))
  const byKeyword = here.filter((piece) => words.has(firstWord(body, piece).toUpperCase()))
  const best = [here, byText, byKeyword].find(({ length }) => length === 1)?.[0]
  if (best !== undefined) return { piece: best, exact: true }
  const around = pieces.findLast(({ start }) => start < line.start)
  const start = line.start + (/\S/.exec(body.slice(line.start, line.end))?.index ?? 0)
  return { piece: here[0] ?? { start, end: Math.max(around?.end ?? 0, line.end) }, exact: false }
}

/** The server counts LF only. */
function lineRange(body: string, line: number): Piece {
  let start = 0
  for (let i = 1; i < line; i++) {
    const next = body.indexOf('\n', start)
    if (next === -1) break
    start = next + 1
  }
  const end = body.indexOf('\n', start)
  return { start, end: end === -1 ? body.length : end }
}

/** By the query of the server, which is a part of the body; `internal_position` counts in it. Only an error in a query of the body itself has no context above its frame. */
function internalOffset(body: string, piece: Piece, frame: Frame, { internalQuery, internalPosition }: ServerError): number | undefined {
  if (internalQuery === undefined || internalPosition === undefined || frame.above !== '') return undefined
  const at = codePointOffset(internalQuery, internalPosition)
  for (const [query, cut] of queryForms(internalQuery)) {
    // also after the piece: the conditions of ELSIF and WHEN have the line of their IF and CASE
    const place = findQuery(body.slice(piece.start), query, at - cut)
    if (place !== undefined) return piece.start + place
    for (const { text, sourceOffset } of literalsIn(body, piece)) {
      const inside = findQuery(text, query, at - cut)
      if (inside !== undefined) return sourceOffset(inside)
    }
  }
  return undefined
}

/** The query as sent, without the SELECT of a PERFORM (before PostgreSQL 14 of every expression), and without the text around a WHEN; each with the length removed at the start. */
function queryForms(query: string): [string, number][] {
  const forms: [string, number][] = [[query, 0]]
  const select = /^SELECT /.exec(query)?.[0].length
  if (select !== undefined) forms.push([query.slice(select), select])
  const when = /^(?:SELECT )?"__Case__Variable_\d+__" IN \(/.exec(query)?.[0].length
  if (when !== undefined) forms.push([query.slice(when, -1), when])
  return forms
}

/** Offset in the text of the position `at` of a query that is part of it. The server replaces `INTO target` with blanks, one for each byte. */
function findQuery(text: string, query: string, at: number): number | undefined {
  if (at < 0 || query.trim() === '') return undefined
  const whole = findWords(text, query, 0)
  if (whole !== undefined) return whole + at
  for (const { 0: blanks, index } of [...query.matchAll(/ {6,}/g)].slice(0, MOST_BLANKS)) {
    const after = index + blanks.length
    const start = findWords(text, query.slice(0, index), 0, ANY_END)
    const into = start === undefined ? null : /^\s+into\s/i.exec(text.slice(start + index, start + index + LONGEST_INTO))
    if (start === undefined || into === null) continue
    const rest = findWords(text, query.slice(after), start + index + into[0].length, ANY_START)
    if (rest !== undefined && !text.slice(start + index, rest).includes(';'))
      return at < after ? start + Math.min(at, index) : rest + at - after
  }
  return undefined
}

/** Only one run of blanks is an INTO; a query with more runs than this is not searched to the end. */
const MOST_BLANKS = 16
/** White space, INTO and white space. */
const LONGEST_INTO = 200

/** Offset of a text that is not a part of longer words. */
function findWords(text: string, wanted: string, from: number, { start = true, end = true } = {}): number | undefined {
  const isPart = (at: number): boolean => /[\w$]/.test(text.charAt(at))
  for (let at = text.indexOf(wanted, from); at !== -1; at = text.indexOf(wanted, at + 1)) {
    if (!(start && isPart(at - 1)) && !(end && isPart(at + wanted.length))) return at
  }
  return undefined
}

const ANY_START = { start: false }
const ANY_END = { end: false }

/** By the names in the message, in the piece or in one of its strings; not when the error comes from a function that the piece calls. */
function nameOffset(body: string, piece: Piece, frame: Frame, error: ServerError): number | undefined {
  if (!isOwn(body, piece, frame)) return undefined
  const place = locateNames(body.slice(piece.start, piece.end), error)
  if (place !== undefined) return piece.start + place.offset
  for (const { text, sourceOffset } of literalsIn(body, piece)) {
    const inside = locateNames(text, error)
    if (inside !== undefined) return sourceOffset(inside.offset)
  }
  return undefined
}

/** Whether there is no context above the frame, or one entry that quotes a part of the piece: `SQL statement "..."`, `PL/pgSQL assignment "..."`. */
function isOwn(body: string, piece: Piece, { above }: Frame): boolean {
  if (above === '') return true
  const quoted = /^[^"»«„\n]*["»«„]\s?([^]*?)\s?["»«“”]$/.exec(above)?.[1]
  if (quoted === undefined) return false
  const texts = [body.slice(piece.start, piece.end), ...literalsIn(body, piece).map(({ text }) => text)]
  return queryForms(quoted).some(([query]) => texts.some((text) => findQuery(text, query, 0) !== undefined))
}

function firstWord(body: string, { start, end }: Piece): string {
  return /^\w+/.exec(body.slice(start, end))?.[0] ?? ';'
}

/** The strings of a piece; their `sourceOffset` gives offsets in the body. */
function literalsIn(body: string, piece: Piece): DecodedLiteral[] {
  const scanner = new Scanner(body)
  scanner.seek(piece.start)
  const literals: DecodedLiteral[] = []
  while (scanner.next() !== 'end' && scanner.start < piece.end) {
    const { start } = scanner
    const literal = scanner.kind === 'string' ? decodeLiteral(body.slice(start, scanner.end)) : undefined
    if (literal !== undefined) literals.push({ text: literal.text, sourceOffset: (at) => start + literal.sourceOffset(at) })
  }
  return literals
}
