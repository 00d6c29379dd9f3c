import { foldCase } from '../lexer/characters.ts'
import { Scanner } from '../lexer/scanner.ts'
import { classify } from '../statements/classify.ts'

/** The text of a string literal, and the offset of each of its UTF-16 units in the source. */
export interface DecodedLiteral {
  text: string
  /** Offset in the source for an offset in `text`, its end included. */
  sourceOffset: (at: number) => number
}

/** The body of a DO block, or of the function or procedure that a statement creates. */
export interface RoutineBody extends DecodedLiteral {
  /** Its name in the context lines of the server. */
  name: string
}

/** The body in a string of the statement; `sourceOffset` returns offsets in the statement. */
export function routineBody(statementText: string): RoutineBody | undefined {
  const { verb, object } = classify(statementText)
  const isBlock = verb === 'DO'
  if (!isBlock && object?.kind !== 'function' && object?.kind !== 'procedure') return undefined
  const name = isBlock ? 'inline_code_block' : (object?.name ?? '')
  const scanner = new Scanner(statementText)
  let before = ''
  while (scanner.next() !== 'end') {
    const source = statementText.slice(scanner.start, scanner.end)
    if (scanner.kind === 'string' && (isBlock ? before !== 'language' : before === 'as')) {
      const { start } = scanner
      const literal = decodeLiteral(source)
      return literal && { name, text: literal.text, sourceOffset: (at) => start + literal.sourceOffset(at) }
    }
    before = scanner.kind === 'word' ? foldCase(source) : ''
  }
  return undefined
}

/** Decodes $$...$$, '...' and E'...'; undefined for U&'...' and for literals that continue on a second line. */
export function decodeLiteral(source: string): DecodedLiteral | undefined {
  const tag = /^\$[^$]*\$/.exec(source)?.[0].length
  if (tag !== undefined) return { text: source.slice(tag, -tag), sourceOffset: (at) => tag + at }
  const open = /^e?'/i.exec(source)?.[0]
  if (open === undefined) return undefined
  const inner = source.slice(open.length, -1)
  const offsets: number[] = []
  let text = ''
  for (const { 0: piece, index } of inner.matchAll(open.length === 2 ? ESCAPED : PLAIN)) {
    if (piece === "'") return undefined
    const decoded = piece.startsWith('\\') ? unescape(piece) : piece === "''" ? "'" : piece
    for (let i = 0; i < decoded.length; i++) offsets.push(open.length + index)
    text += decoded
  }
  return { text, sourceOffset: (at) => offsets[at] ?? source.length - 1 }
}

const PLAIN = /''|[^]/g
const ESCAPED = /''|\\(?:[0-7]{1,3}|x[\da-fA-F]{1,2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[^])|[^]/g

const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** `\n`, `\'`, `\x41`, `\u00e9`, ... of E'...' (manual, "String Constants with C-Style Escapes"). */
function unescape(piece: string): string {
  const rest = piece.slice(1)
  if (/^[0-7]/.test(rest)) return String.fromCharCode(Number.parseInt(rest, 8))
  if (rest.length > 1) return String.fromCodePoint(Math.min(Number.parseInt(rest.slice(1), 16), 0x10ffff))
  return CONTROLS[rest] ?? rest
}
