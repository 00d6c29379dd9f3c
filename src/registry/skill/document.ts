import type { Position } from '../../core/positions.ts'

/** A value of front matter or of a `meta.json`. Scalars are strings as written (JSON numbers and booleans too): `TypedReader` converts them. */
export type DocumentValue = string | null | readonly DocumentValue[] | DocumentMap

/** A `Map`, because the keys come from files: `__proto__` is an ordinary key. */
export type DocumentMap = ReadonlyMap<string, DocumentValue>

/** The content of a file that describes a skill, before it is checked. */
export interface SkillDocument {
  /** The path for diagnostics. */
  file: string
  values: DocumentMap
  /** The position of the value of a key such as `['metadata', 'tier']`; of the key, when its value is on a later line; else of the nearest key above. */
  place: (path: readonly string[]) => Position
}

/** A string that must not leave the file: its keys, and what is wrong with it. */
export interface UnsafeText {
  path: readonly string[]
  problem: string
}

export interface ConvertedDocument {
  value: DocumentValue
  unsafe: UnsafeText[]
}

/** The deepest nesting of lists and mappings that a document can have. */
export const MAX_DEPTH = 20

/** Thrown by `toDocumentValue` for a document nested more than `MAX_DEPTH` deep. */
export class DepthError extends Error {}

/** Converts the result of a parser, and checks every string and key in it. */
export function toDocumentValue(raw: unknown): ConvertedDocument {
  const unsafe: UnsafeText[] = []
  return { value: convert(raw, [], unsafe, 0), unsafe }
}

/**
 * What makes a text invalid in jsonb or unsafe in a terminal; undefined for a safe text. Tabs and line feeds are safe.
 * PostgreSQL's jsonb rejects NUL and lone surrogates, and valid YAML and JSON escapes can produce both.
 */
export function unsafeText(text: string): string | undefined {
  const match = UNSAFE.exec(text)
  if (match === null) return undefined
  const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  if (code === '0000') return 'a NUL character'
  return LONE_SURROGATE.test(match[0]) ? `half of a surrogate pair (U+${code})` : `a control character (U+${code})`
}

// eslint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|\p{Surrogate}/u
const LONE_SURROGATE = /\p{Surrogate}/u

function convert(raw: unknown, path: readonly string[], unsafe: UnsafeText[], depth: number): DocumentValue {
  if (raw === null || raw === undefined) return null
  if (typeof raw === 'string') return checked(raw, path, unsafe)
  if (typeof raw !== 'object') return String(raw)
  if (depth >= MAX_DEPTH) throw new DepthError()
  if (Array.isArray(raw)) return raw.map((item) => convert(item, path, unsafe, depth + 1))
  const map = new Map<string, DocumentValue>()
  for (const [key, value] of Object.entries(raw)) {
    checked(key, path, unsafe)
    map.set(key, convert(value, [...path, key], unsafe, depth + 1))
  }
  return map
}

function checked(text: string, path: readonly string[], unsafe: UnsafeText[]): string {
  const problem = unsafeText(text)
  if (problem !== undefined) unsafe.push({ path, problem })
  return text
}
