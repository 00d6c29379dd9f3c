import { Cursor } from '../../sqltext/lexer/cursor.ts'
import { identifierName } from '../../sqltext/lexer/identifiers.ts'

/** Kinds of relations. GRANT, ALTER TABLE and INSERT do not say which one they mean. */
export const RELATIONS = ['table', 'foreign table', 'view', 'materialized view', 'sequence']

/** The input types of a function, procedure or aggregate. */
export type InputTypes = readonly string[] | undefined

/** The objects that a file creates, by kind and name, in their order. Dropping one removes all that the file does to it. */
export class CreatedObjects {
  readonly #places = new Map<string, number>()
  readonly #names: string[] = []

  /** `types`: of a function, whose name can belong to several. */
  add(kind: string, name: string, types?: InputTypes): void {
    const place = this.#names.push(nameParts(name).at(-1) ?? '') - 1
    this.#places.set(keyOf(kind, name), place)
    if (types !== undefined) this.#places.set(keyOf(kind, name, types), place)
  }

  has(kind: string, name: string, types?: InputTypes): boolean {
    return this.#places.has(keyOf(kind, name, types))
  }

  hasRelation(name: string): boolean {
    return RELATIONS.some((kind) => this.has(kind, name))
  }

  rename(kind: string, from: string, to: string, types?: InputTypes): void {
    if (!this.has(kind, from, types)) return
    this.#places.delete(keyOf(kind, from))
    this.#places.delete(keyOf(kind, from, types))
    this.add(kind, to, types)
  }

  /**
   * Whether a text has the name of an object that is created after this one: what a statement with this text does to this object can
   * need that one, which is dropped first.
   */
  hasLater(text: string, kinds: readonly string[], name: string): boolean {
    const place = Math.max(-1, ...kinds.map((kind) => this.#places.get(keyOf(kind, name)) ?? -1))
    const lower = text.toLowerCase()
    const words = new Set(lower.split(/[^\p{L}\p{N}_$]+/u))
    return this.#names
      .slice(place + 1)
      .some((later) => words.has(later.toLowerCase()) || (/\W/.test(later) && lower.includes(later.toLowerCase())))
  }
}

/** As the catalogs have the names: quotes that change nothing do not count. */
function keyOf(kind: string, name: string, types?: InputTypes): string {
  const list = types === undefined ? '' : `(${types.map((type) => type.toLowerCase().replace(/\s+/g, ' ')).join(',')})`
  return `${kind} ${nameParts(name).join('\0')}${list}`
}

function nameParts(name: string): string[] {
  return readParts(new Cursor(name)).map(identifierName)
}

/** Steps over a name; its text as written, which is right in another statement too. */
export function readName(cursor: Cursor): string {
  return readParts(cursor).join('.')
}

export function readParts(cursor: Cursor): string[] {
  const parts: string[] = []
  do parts.push(readItem(cursor))
  while (cursor.acceptSymbol('.'))
  return parts
}

export function readItem(cursor: Cursor): string {
  const text = cursor.source()
  cursor.skip()
  return text
}

/** `s.t` -> `t`. */
export function lastPart(name: string): string {
  return readParts(new Cursor(name)).at(-1) ?? name
}

/** The name `to` in the schema of `name`: `s.t`, `u` -> `s.u`. */
export function beside(name: string, to: string): string {
  return [...readParts(new Cursor(name)).slice(0, -1), to].join('.')
}
