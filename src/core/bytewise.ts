/**
 * Compares two strings by their UTF-8 bytes, like `LC_ALL=C sort`: the order does not depend on locale or platform.
 * (JavaScript's `<` compares UTF-16 units and puts characters beyond U+FFFF before U+E000.)
 */
export function bytewise(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

/** Sorts the surrogates, halves of characters beyond U+FFFF, after all other units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
