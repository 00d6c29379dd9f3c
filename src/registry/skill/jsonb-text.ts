/**
 * Compares keys of an object in the order in which jsonb keeps them: by their length in bytes, then bytewise (jsonb_util.c,
 * lengthCompareJsonbStringValue). `all` is any text that they all are in.
 */
export function jsonbOrder(all: string): (a: string, b: string) => number {
  return BEYOND_ASCII.test(all) ? byBytes : byUnits
}

function byUnits(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1)
}

function byBytes(a: string, b: string): number {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length - right.length || Buffer.compare(left, right)
}

/** Text as PostgreSQL writes it in a jsonb. Most needs no escape, and to find that out is faster than to ask JSON. */
export function jsonbString(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`
}

// eslint-disable-next-line no-control-regex
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/
// eslint-disable-next-line no-control-regex
const BEYOND_ASCII = /[^\u0000-\u007f]/
