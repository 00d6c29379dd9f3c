import { blockCommentEnd, isCommentStart, isSpace, lineEnd } from '../../sqltext/lexer/characters.ts'
import { Scanner } from '../../sqltext/lexer/scanner.ts'

/** A line that begins with `--`, perhaps after white space or `#`. */
export interface CommentLine {
  /** UTF-16, of the first dash. */
  offset: number
  /** From the first dash, without white space at the end, cut to 200 characters. */
  text: string
}

const LONGEST = 200

/**
 * The `/* ... *\/` comments with one or more lines for themselves, as a line: `/* DOWN *\/` as `-- DOWN`. Long ones are prose.
 */
export function* blockComments(text: string): Generator<CommentLine> {
  for (let at = text.indexOf('/*'); at !== -1; at = text.indexOf('/*', at + 2)) {
    const inner = text.slice(at + 2, at + LONGEST)
    const end = inner.indexOf('*/')
    if (end === -1 || !beginsLine(text, at)) continue
    const after = at + 2 + end + 2
    if (text.slice(after, lineEnd(text, after)).trim() === '')
      yield {
        offset: at,
        text: `-- ${inner
          .slice(0, end)
          .replaceAll(/[\s*]+/g, ' ')
          .trim()}`,
      }
  }
}

/** The lines that look like comments, as tools see them that read lines: also those inside of quotes. Fast, without a lexer. */
export function* commentLines(text: string): Generator<CommentLine> {
  for (let at = text.indexOf('--'); at !== -1;) {
    const end = lineEnd(text, at)
    if (beginsLine(text, at)) yield { offset: at, text: text.slice(at, Math.min(end, at + LONGEST)).trimEnd() }
    at = text.indexOf('--', end)
  }
}

function beginsLine(text: string, offset: number): boolean {
  let at = offset - 1
  while (at >= 0 && PREFIX.includes(text.charAt(at))) at--
  return at < 0 || LINE_BREAKS.includes(text.charAt(at))
}

/** The evolutions of Play begin their comments with `#`. */
const PREFIX = ' \t#\ufeff'
const LINE_BREAKS = '\n\r'

/** The offsets of the comments that the server sees: outside of quotes, dollar quotes and other comments. */
export function realComments(text: string): Set<number> {
  const found = new Set<number>()
  const scanner = new Scanner(text)
  for (let from = 0; ; from = scanner.end) {
    const kind = scanner.next()
    addComments(text, from, scanner.start, found)
    if (kind === 'end') return found
  }
}

/** Between two tokens are only white space, comments and psql commands. */
function addComments(text: string, from: number, to: number, found: Set<number>): void {
  for (let at = from; at < to;) {
    if (isCommentStart(text, at)) {
      const isLine = text[at] === '-'
      found.add(at)
      at = isLine ? lineEnd(text, at) : (blockCommentEnd(text, at) ?? to)
    } else at = isSpace(text.charCodeAt(at)) || text[at] !== '\\' ? at + 1 : lineEnd(text, at)
  }
}
