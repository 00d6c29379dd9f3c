import { identifierName } from '../lexer/identifiers.ts'
import { Scanner, type TokenKind } from '../lexer/scanner.ts'

/**
 * Replaces the schema `from` with `to` where it qualifies a name, follows the word SCHEMA or is an entry of a search_path, also inside function bodies, and inside
 * literals, where it is found by its text alone. Comments do not change.
 *
 * A table alias, a column or a CTE can have the name of the schema: then `from.x` can be a column. In a text that also has the
 * name without a dot, only the names in `objects` are those of the schema. Without `objects`, `from.x` always is.
 */
export function renameSchema(statement: string, from: string, to: string, objects?: ReadonlySet<string>): string {
  return renameIn(statement, { from, to, objects, isAmbiguous: false, depth: 0 })
}

interface Renaming {
  from: string
  to: string
  objects: ReadonlySet<string> | undefined
  /** The text around this one has the name without a dot. */
  isAmbiguous: boolean
  /** Bodies around this one. */
  depth: number
}

/** A body in a body, such as that of a function that a DO block creates; deeper ones are texts. */
const DEEPEST = 2

function renameIn(text: string, renaming: Renaming): string {
  const { from, to, depth } = renaming
  // most statements name no schema; only an unquoted name can have another case
  if (!text.toLowerCase().includes(from.replaceAll('"', '""').toLowerCase()) && !/u&"/i.test(text)) return text
  const isAmbiguous = renaming.isAmbiguous || (renaming.objects !== undefined && hasAlone(text, from))
  const objects = isAmbiguous ? renaming.objects : undefined
  const scanner = new Scanner(text)
  const quoted = `"${to.replaceAll('"', '""')}"`
  let result = ''
  let copied = 0
  let previousWord = ''
  let path: PathState = 'outside'
  const put = (start: number, end: number, replacement: string): void => {
    result += text.slice(copied, start) + replacement
    copied = end
  }
  while (scanner.next() !== 'end') {
    const { kind, start, end } = scanner
    const source = text.slice(start, end)
    path = nextInPath(path, kind, source)
    if (kind === 'string' && path === 'entry' && source === literal(from)) {
      put(start, end, literal(to))
    } else if (kind === 'string') {
      const tag = depth < DEEPEST ? /^\$[^$]*\$/.exec(source)?.[0] : undefined
      const renamed =
        tag === undefined
          ? renameInText(source, from, to, objects)
          : `${tag}${renameIn(source.slice(tag.length, -tag.length), { ...renaming, isAmbiguous, depth: depth + 1 })}${tag}`
      put(start, end, renamed)
    } else if ((kind === 'word' || kind === 'quoted') && identifierName(source) === from) {
      if (previousWord === 'schema' || path === 'entry' || qualifies(text, end, objects)) put(start, end, quoted)
    }
    previousWord = kind === 'word' ? source.toLowerCase() : ''
  }
  return result + text.slice(copied)
}

/** Where a token is in `search_path TO a, 'b'`. */
type PathState = 'outside' | 'before an entry' | 'entry'

function nextInPath(state: PathState, kind: TokenKind, source: string): PathState {
  const word = kind === 'word' ? source.toLowerCase() : ''
  if (word === 'search_path') return 'before an entry'
  if (state === 'entry') return source === ',' ? 'before an entry' : 'outside'
  if (state === 'outside' || word === 'to' || source === '=') return state
  return kind === 'word' || kind === 'quoted' || kind === 'string' ? 'entry' : 'outside'
}

function literal(name: string): string {
  return `'${name.replaceAll("'", "''")}'`
}

/** Whether the name is also that of something else: it has no dot on either side, and does not follow the word SCHEMA. */
function hasAlone(text: string, name: string): boolean {
  const scanner = new Scanner(text)
  let previous = ''
  let path: PathState = 'outside'
  while (scanner.next() !== 'end') {
    const { kind, start, end } = scanner
    const source = text.slice(start, end)
    path = nextInPath(path, kind, source)
    const isName = (kind === 'word' || kind === 'quoted') && identifierName(source) === name
    if (isName && previous !== '.' && previous !== 'schema' && path !== 'entry' && !isFollowedByDot(text, end)) return true
    previous = source.toLowerCase()
  }
  return false
}

function isFollowedByDot(text: string, at: number): boolean {
  return /^\.(?!\.)/.test(text.slice(at, at + 40).trimStart())
}

/** Whether a dot and the name of an object follow. */
function qualifies(text: string, at: number, objects: ReadonlySet<string> | undefined): boolean {
  if (!isFollowedByDot(text, at)) return false
  const scanner = new Scanner(text)
  scanner.seek(text.indexOf('.', at) + 1)
  const kind = scanner.next()
  if (kind !== 'word' && kind !== 'quoted') return kind !== 'end'
  return objects === undefined || objects.has(identifierName(text.slice(scanner.start, scanner.end)))
}

/** In a literal: replaces `from.` and `"from".` unless they are part of a longer name. */
function renameInText(text: string, from: string, to: string, objects: ReadonlySet<string> | undefined): string {
  const spellings = [...(NEEDS_NO_QUOTES.test(from) ? [from] : []), `"${from.replaceAll('"', '""')}"`]
  return spellings.reduce((renamed, spelling) => renameSpelling(renamed, spelling, to, objects), text)
}

const NEEDS_NO_QUOTES = /^[a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*$/

function renameSpelling(text: string, spelling: string, to: string, objects: ReadonlySet<string> | undefined): string {
  let result = ''
  let copied = 0
  for (let at = text.indexOf(spelling); at !== -1; at = text.indexOf(spelling, at + spelling.length)) {
    const end = at + spelling.length
    if (/[\w."$]/.test(text.charAt(at - 1)) || !/^\.[\w"%]/.test(text.slice(end, end + 2))) continue
    if (text.charAt(end + 1) !== '%' && !qualifies(text, end, objects)) continue
    result += text.slice(copied, at) + to
    copied = end
  }
  return result + text.slice(copied)
}
