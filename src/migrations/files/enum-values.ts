import { Cursor } from '../../sqltext/lexer/cursor.ts'
import { literalValue } from '../../sqltext/lexer/identifiers.ts'
import type { ParsedStatement } from './parse-migration.ts'

/**
 * The statements, where CREATE TYPE has the values of an enum that later statements add, and those add them only if they do not exist:
 * PostgreSQL lets no transaction use a value that it has added. A value beside one that the CREATE TYPE does not have stays where it is.
 */
export function withEnumValues<S extends ParsedStatement>(statements: readonly S[], schema: string): S[] {
  const result = [...statements]
  const created = new Map<string, number>()
  for (const [i, statement] of statements.entries()) {
    const { kind, text } = statement
    if (kind.object?.kind === 'type') created.set(`${kind.object.schema ?? schema}.${kind.object.name}`, i)
    if (kind.object?.kind !== 'enum value') continue
    const at = created.get(`${kind.object.schema ?? schema}.${kind.object.table}`) ?? -1
    const [type, value] = [result[at], readValue(text)]
    const extended = type === undefined || value === undefined ? undefined : withValue(type.text, value)
    if (type === undefined || value === undefined || extended === undefined) continue
    result[at] = { ...type, text: extended }
    result[i] = { ...statement, text: value.ifNotExists }
  }
  return result
}

interface EnumValue {
  /** The literal as written. */
  label: string
  place?: { word: 'after' | 'before'; neighbour: string }
  /** The statement with IF NOT EXISTS. */
  ifNotExists: string
}

/** `ALTER TYPE t ADD VALUE [IF NOT EXISTS] 'label' [BEFORE | AFTER 'neighbour']`. */
function readValue(text: string): EnumValue | undefined {
  const cursor = new Cursor(text)
  if (!cursor.accept('alter type') || cursor.name() === undefined || !cursor.accept('add value')) return undefined
  const at = cursor.peek().start
  const ifNotExists = cursor.accept('if not exists') ? text : `${text.slice(0, at)}IF NOT EXISTS ${text.slice(at)}`
  const label = cursor.source()
  cursor.skip()
  const word = cursor.word()
  if (word !== 'after' && word !== 'before') return { label, ifNotExists }
  return { label, ifNotExists, place: { word, neighbour: cursor.source(1) } }
}

/** `CREATE TYPE t AS ENUM ('a', 'b')` with the value; undefined for another type, and without the neighbour. */
function withValue(text: string, { label, place }: EnumValue): string | undefined {
  const cursor = new Cursor(text)
  if (!cursor.accept('create type') || cursor.name() === undefined || !cursor.accept('as enum') || !cursor.acceptSymbol('('))
    return undefined
  let position: number | undefined
  let isFirst = true
  for (; !cursor.atEnd && !cursor.isSymbol(')'); cursor.skip()) {
    if (cursor.peek().kind !== 'string') continue
    const found = literalValue(cursor.source())
    if (found === literalValue(label)) return text
    if (place !== undefined && found === literalValue(place.neighbour))
      position = place.word === 'before' ? cursor.peek().start : cursor.peek().end
    isFirst = false
  }
  if (place !== undefined && position === undefined) return undefined
  const at = position ?? cursor.peek().start
  const value = place?.word === 'before' ? `${label}, ` : isFirst ? label : `, ${label}`
  return text.slice(0, at) + value + text.slice(at)
}
