import { isUtf8 } from 'node:buffer'
import type { Position } from '../../core/positions.ts'
import { oneLine } from '../skill/paths.ts'
import type { RuleCode } from '../rules/rules.ts'

/** The largest front matter, in bytes and in lines. The longest of 70,000 public skills has 3.5 KB. */
const MAX_FRONT_MATTER: number = 16 * 1024
const MAX_FRONT_MATTER_LINES = 1000

/** How much of a file to read for its whole front matter, if that is short enough. */
export const HEAD_BYTES: number = MAX_FRONT_MATTER + 1024

export interface FrontMatterText {
  ok: true
  /** From the start of the file to the end of the front matter, without its closing line. */
  text: string
  /** UTF-16 offset in `text` where the YAML begins. */
  offset: number
}

/** Why there is no usable front matter. */
export interface SplitFault {
  ok: false
  code: RuleCode
  message: string
  place: Position
  hint?: string
}

/**
 * Finds the front matter of a file from its first bytes (`HEAD_BYTES`, or the whole file when it is shorter). The first
 * line must be exactly `---`: gray-matter would read text after it as the name of a language, and run JavaScript.
 * The front matter ends at the first line that is `---`, with optional white space after it.
 */
export function splitFrontMatter(head: Uint8Array, truncated: boolean): FrontMatterText | SplitFault {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  if (bytes.length === 0) return fault('FRONT_MATTER_MISSING', 'the file is empty', 1)
  if (isUtf16(bytes)) return fault('FRONT_MATTER_ENCODING', 'the file is UTF-16, not UTF-8', 1)
  const start = bytes.subarray(0, 3).equals(BOM) ? BOM.length : 0
  const opening = lineAt(bytes, start)
  const wrong = firstLineFault(bytes, opening)
  if (wrong !== undefined) return wrong
  const end = closingLine(bytes, opening.next, truncated)
  if (typeof end !== 'number') return end
  return decode(bytes.subarray(0, end), opening.next)
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf])
const LF = 0x0a
const CR = 0x0d

interface Line {
  /** Without its line break. */
  text: string
  /** Offset of the next line; the length of the bytes when there is none. */
  next: number
}

/** With a byte order mark, or with zero bytes between ASCII characters. */
function isUtf16(bytes: Buffer): boolean {
  const [a, b, c, d] = bytes
  return (
    (a === 0xff && b === 0xfe) ||
    (a === 0xfe && b === 0xff) ||
    (a === 0 && b !== 0 && c === 0) ||
    (a !== 0 && b === 0 && c !== 0 && d === 0)
  )
}

function lineAt(bytes: Buffer, start: number): Line {
  const at = bytes.indexOf(LF, start)
  const next = at === -1 ? bytes.length : at + 1
  const text = bytes.subarray(start, at === -1 ? bytes.length : at).toString('latin1')
  return { text: text.endsWith('\r') ? text.slice(0, -1) : text, next }
}

function firstLineFault(bytes: Buffer, { text, next }: Line): SplitFault | undefined {
  if (text === '---') return undefined
  if (text.startsWith('---\r')) return fault('FRONT_MATTER_LINE_BREAKS', 'the lines of the file end with lone carriage returns', 1)
  const rest = text.slice(3)
  if (text.startsWith('---') && rest.trim() === '') {
    return fault('FRONT_MATTER_MISSING', 'white space follows `---` on the first line', 1, 'remove the white space at the end of line 1')
  }
  if (text.startsWith('---') && !rest.startsWith('-')) {
    const shown = oneLine(Buffer.from(text.slice(0, 40), 'latin1').toString('utf8'))
    return fault('FRONT_MATTER_LANGUAGE', `the first line is \`${shown}\`: it must be exactly \`---\``, 1)
  }
  const later = lineOfDashes(bytes, next)
  if (later === undefined) return fault('FRONT_MATTER_MISSING', 'the file does not begin with a line `---`', 1)
  return fault(
    'FRONT_MATTER_MISSING',
    `the first line \`---\` is line ${later}: it must be line 1`,
    1,
    `remove the lines above line ${later}`,
  )
}

/** Number of the first line `---` among the first ten lines. */
function lineOfDashes(bytes: Buffer, start: number): number | undefined {
  let at = start
  for (let number = 2; number <= 10 && at < bytes.length; number++) {
    const line = lineAt(bytes, at)
    if (line.text === '---') return number
    at = line.next
  }
  return undefined
}

/** Offset of the closing line. */
function closingLine(bytes: Buffer, start: number, truncated: boolean): number | SplitFault {
  let at = start
  for (let number = 2; at < bytes.length && at - start <= MAX_FRONT_MATTER; number++) {
    const line = lineAt(bytes, at)
    if (/^---[ \t]*$/.test(line.text)) return at
    if (number > MAX_FRONT_MATTER_LINES + 1) return fault('FRONT_MATTER_TOO_LARGE', 'the front matter has more than 1,000 lines', number)
    at = line.next
  }
  if (truncated || at - start > MAX_FRONT_MATTER) {
    return fault('FRONT_MATTER_TOO_LARGE', 'no line `---` closes the front matter within its first 16 KiB', 1)
  }
  return fault('FRONT_MATTER_UNCLOSED', 'no line `---` closes the front matter', 1)
}

/** `bytes` end where the closing line begins. */
function decode(bytes: Buffer, start: number): FrontMatterText | SplitFault {
  const line = (at: number): number => 1 + countLines(bytes.subarray(0, at))
  const nul = bytes.indexOf(0)
  if (nul !== -1) return fault('TEXT_UNSAFE', 'the front matter contains a NUL byte', line(nul))
  const cr = loneCarriageReturn(bytes)
  if (cr !== -1) return fault('FRONT_MATTER_LINE_BREAKS', 'a line ends with a lone carriage return', line(cr))
  if (!isUtf8(bytes)) {
    return fault('FRONT_MATTER_ENCODING', 'the front matter has bytes that are not UTF-8', line(firstInvalidLine(bytes)))
  }
  return { ok: true, text: bytes.toString('utf8'), offset: bytes.toString('utf8', 0, start).length }
}

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) count++
  return count
}

function loneCarriageReturn(bytes: Buffer): number {
  let at = bytes.indexOf(CR)
  while (at !== -1 && bytes[at + 1] === LF) at = bytes.indexOf(CR, at + 1)
  return at
}

/** Offset of the first line that is not UTF-8 (no character of UTF-8 contains a line feed, so lines can be judged alone). */
function firstInvalidLine(bytes: Buffer): number {
  let at = 0
  while (at < bytes.length) {
    const { next } = lineAt(bytes, at)
    if (!isUtf8(bytes.subarray(at, next))) return at
    at = next
  }
  return 0
}

function fault(code: RuleCode, message: string, line: number, hint?: string): SplitFault {
  return { ok: false, code, message, place: { line, column: 1 }, ...(hint === undefined ? {} : { hint }) }
}
