import { blockCommentEnd, isCommentStart, isSpace, lineEnd } from '../../sqltext/lexer/characters.ts'

export type DirectiveName =
  | 'no-transaction'
  | 'repeatable'
  | 'lock-timeout'
  | 'statement-timeout'
  | 'isolation'
  | 'remedies'
  | 'role'
  | 'replaces'
  | 'check'

/** One directive as written, with UTF-16 offsets in the text of the file. */
export interface DirectiveWord {
  /** In lower case. */
  name: string
  /** As written. */
  source: string
  offset: number
  /** The text after `=`, or the rest of the line after `replaces` and `check`; undefined without one. */
  value: string | undefined
  valueOffset: number
}

/**
 * The words of the comment lines `-- skills: word, name=value, ...` before the first statement. After it, and inside a block
 * comment, such a line is a plain comment.
 */
export function* directiveWords(text: string): Generator<DirectiveWord> {
  for (const { start, end } of leadingLineComments(text)) {
    const comment = text.slice(start, end)
    let at = /^--[ \t]*skills:/i.exec(comment)?.[0].length ?? comment.length
    for (;;) {
      const from = matchEnd(SEPARATORS, comment, at)
      const to = matchEnd(WORD, comment, from)
      if (to === from) break
      const source = comment.slice(from, to)
      const name = source.toLowerCase()
      const isRest = TAKES_REST_OF_LINE.has(name)
      const valueAt = isRest ? matchEnd(SPACES, comment, to) : matchEnd(EQUALS, comment, to)
      at = isRest ? comment.length : valueAt === to ? to : matchEnd(VALUE, comment, valueAt)
      const value = at === to ? undefined : comment.slice(valueAt, at).trimEnd()
      yield { name, source, offset: start + from, value, valueOffset: start + valueAt }
    }
  }
}

/** The directives that decide which files run, and when. A run with nothing to do reads only these. */
export interface OrderDirectives {
  /** Runs again when its digest changes, after all other files. */
  repeatable: boolean
  /** The versions that the file counts as. */
  replaces: readonly string[]
}

export function readOrderDirectives(text: string): OrderDirectives {
  let repeatable = false
  const replaces: string[] = []
  for (const { name, value } of directiveWords(text)) {
    if (name === 'repeatable') repeatable = true
    else if (name === 'replaces') replaces.push(...listedVersions(value ?? ''))
  }
  return { repeatable, replaces }
}

/** Queries and lists contain spaces and commas. */
const TAKES_REST_OF_LINE: ReadonlySet<string> = new Set(['replaces', 'check'])

// sticky: each matches at its lastIndex only
const SEPARATORS = /[\s,]*/y
const WORD = /=[^\s,]*|[^\s,=]+/y
const SPACES = /\s*/y
const EQUALS = /[ \t]*=[ \t]*/y
const VALUE = /"(?:[^"]|"")*"?|(?:repeatable|read)[ \t]+(?:read|committed|uncommitted)(?![^\s,])|[^\s,]*/iy

function matchEnd(sticky: RegExp, text: string, at: number): number {
  sticky.lastIndex = at
  return sticky.test(text) ? sticky.lastIndex : at
}

/** Offset of the first token, where directives end; the length of a text without one. */
export function endOfComments(text: string): number {
  const comments = leadingLineComments(text)
  for (;;) {
    const { done, value } = comments.next()
    if (done === true) return value
  }
}

/** The `--` comments before the first token. Skips block comments between them. Returns the offset of the token. */
function* leadingLineComments(text: string): Generator<{ start: number; end: number }, number> {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  for (;;) {
    while (isSpace(text.charCodeAt(at))) at++
    if (!isCommentStart(text, at)) return at
    const isLine = text[at] === '-'
    const end = isLine ? lineEnd(text, at) : (blockCommentEnd(text, at) ?? text.length)
    if (isLine) yield { start: at, end }
    at = end
  }
}

/** The versions of a `replaces` list: separated by commas or spaces, in double quotes when a name contains these, with or without `.sql`. */
export function listedVersions(list: string): string[] {
  return [...list.matchAll(/"((?:[^"]|"")*)"|[^\s,]+/g)]
    .map(([whole, quoted]) => (quoted?.replaceAll('""', '"') ?? whole).replace(/\.sql$/i, '').normalize('NFC'))
    .filter((version) => version !== '')
}
