import type { Json } from '../../core/json.ts'

/**
 * The text of a value exactly as PostgreSQL prints it as jsonb, so that a digest of the text is the same here and on the
 * server. Numbers must be integers, and texts must not contain control characters.
 */
export function jsonbText(value: Json): string {
  if (typeof value === 'string') return textOf(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (isList(value)) return `[${value.map(jsonbText).join(', ')}]`
  const keys = Object.keys(value)
  const compare = BEYOND_ASCII.test(keys.join('')) ? byBytes : byLength
  // most objects are made with their keys in order: checking is faster than sorting
  if (keys.some((key, i) => i > 0 && compare(keys[i - 1] ?? '', key) > 0)) keys.sort(compare)
  let members = ''
  for (const key of keys) members += `${members === '' ? '' : ', '}${textOf(key)}: ${jsonbText(value[key] ?? null)}`
  return `{${members}}`
}

/** Most texts need no escape. Checking for one is faster than JSON.stringify. */
function textOf(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`
}

/** The order in which jsonb keeps keys: by their length in bytes, then bytewise (jsonb_util.c, lengthCompareJsonbStringValue). */
function byBytes(a: string, b: string): number {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length - right.length || Buffer.compare(left, right)
}

/** The same order for keys in ASCII. */
function byLength(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1)
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value)
}

// eslint-disable-next-line no-control-regex
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/
// eslint-disable-next-line no-control-regex
const BEYOND_ASCII = /[^\u0000-\u007f]/
