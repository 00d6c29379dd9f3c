import { foldCase } from '../lexer/characters.ts'
import { Cursor } from '../lexer/cursor.ts'
import { splitStatements } from './split.ts'

/** A server setting that a statement changes, for its session or transaction. */
export interface SettingChange {
  /** In lower case. */
  name: string
  /** In lower case, without quotes; undefined for DEFAULT and for what is not a literal. */
  value: string | undefined
  /** UTF-16 offset of the name in the statement. */
  offset: number
}

/**
 * The settings that a statement changes: `SET name = value`, the calls of `set_config` in a SELECT with literals, and both in
 * the body of a DO statement. Does not see what SQL in a string does.
 */
export function settingChanges(statementText: string): SettingChange[] {
  const cursor = new Cursor(statementText)
  switch (cursor.word()) {
    case 'set':
      return readSet(cursor, 0)
    case 'select':
    case 'with':
      return /set_config/i.test(statementText) ? readCalls(cursor, 0) : []
    case 'do':
      return /set/i.test(statementText) ? readBlock(cursor, statementText) : []
    default:
      return []
  }
}

/** Whether the text means true for a boolean setting: the server accepts the words and their beginnings. */
export function isTrue(value: string): boolean {
  return value === '1' || value === 'on' || (value !== '' && ('true'.startsWith(value) || 'yes'.startsWith(value)))
}

function readSet(cursor: Cursor, base: number): SettingChange[] {
  cursor.accept('set')
  if (!cursor.accept('session')) cursor.accept('local')
  const offset = base + cursor.peek().start
  // SET NAMES is the form of the SQL standard
  const isNames = cursor.word() === 'names' && cursor.peek(1).kind === 'string'
  const name = isNames ? 'client_encoding' : foldCase(cursor.name()?.name ?? '')
  if (isNames) cursor.skip()
  else if (!cursor.acceptSymbol('=') && !cursor.accept('to')) return []
  return [{ name, value: cursor.word() === 'default' ? undefined : literal(cursor), offset }]
}

/** `set_config('name', 'value', is_local)`, anywhere in the statement. */
function readCalls(cursor: Cursor, base: number): SettingChange[] {
  const changes: SettingChange[] = []
  for (; !cursor.atEnd; cursor.skip()) {
    if (cursor.word() !== 'set_config' || !cursor.isSymbol('(', 1)) continue
    cursor.skip(2)
    const offset = base + cursor.peek().start
    const name = literal(cursor)
    if (name === undefined || !cursor.isSymbol(',', 1)) continue
    cursor.skip(2)
    changes.push({ name, value: literal(cursor), offset })
  }
  return changes
}

function readBlock(cursor: Cursor, text: string): SettingChange[] {
  while (!cursor.atEnd && cursor.peek().kind !== 'string') cursor.skip()
  const { start, end } = cursor.peek()
  const { from, to } = contentOf(text.slice(start, end))
  return splitStatements(text.slice(start + from, start + to)).statements.flatMap((statement) => {
    const base = start + from + statement.start
    const inner = new Cursor(statement.text)
    for (let before = ''; !inner.atEnd; before = inner.word(-1)) {
      if (inner.word() === 'set' && BEFORE_STATEMENT.has(before)) return readSet(inner, base)
      inner.skip()
    }
    return readCalls(new Cursor(statement.text), base)
  })
}

/** Words of PL/pgSQL after which a statement begins. In an UPDATE there is another word before SET. */
const BEFORE_STATEMENT: ReadonlySet<string> = new Set(['', 'begin', 'then', 'else', 'loop'])

/** The text of a string literal, as far as names and values of settings need it; undefined for other tokens. Words are values too. */
function literal(cursor: Cursor): string | undefined {
  const { kind, word } = cursor.peek()
  if (kind === 'word') return word
  const source = cursor.source()
  if (kind === 'number') return source
  if (kind !== 'string') return undefined
  const { from, to } = contentOf(source)
  return foldCase(source.slice(from, to)).trim()
}

/** Where the content of a string literal is in it. */
function contentOf(source: string): { from: number; to: number } {
  const tag = /^\$[^$]*\$/.exec(source)?.[0].length
  if (tag !== undefined) return { from: tag, to: source.length - tag }
  return { from: source.indexOf("'") + 1, to: source.length - 1 }
}
