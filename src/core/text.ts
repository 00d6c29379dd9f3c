/**
 * The characters that move the cursor, change colours, reorder or hide text: control characters, line and paragraph separators,
 * bidirectional controls, invisible characters. The joiners U+200C and U+200D are part of words and emoji, but not beside ASCII.
 */
const UNSAFE =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|(?<=[ -~])[\u200c\u200d]/gu

/**
 * Text of others (names, IDs, paths, messages) made safe to print, on one line: line breaks become `\n`, tabs `\t`, other
 * characters of that kind `\u001b`.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, visibleEscape)
}

/** Text of several lines made safe to print: as `printable`, but line breaks and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(UNSAFE, (char) => (char === '\n' || char === '\t' ? char : visibleEscape(char)))
}

function visibleEscape(char: string): string {
  const code = char.codePointAt(0) ?? 0
  if (code > 0xffff) return `\\u{${code.toString(16)}}`
  return SHORT_ESCAPES[char] ?? `\\u${code.toString(16).padStart(4, '0')}`
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t' }

/** `1 skill`, `2 skills`, `12,345 events`; the plural is the singular with an `s` unless given. */
export function plural(count: number, singular: string, many = `${singular}s`): string {
  return `${grouped(count)} ${count === 1 ? singular : many}`
}

/** A whole number with commas between the thousands; `toLocaleString` would load a megabyte of locale data for it. */
export function grouped(count: number): string {
  const digits = String(Math.abs(count))
  const head = digits.length % 3 || 3
  const rest = digits.slice(head).match(/\d{3}/g) ?? []
  return (count < 0 ? '-' : '') + [digits.slice(0, head), ...rest].join(',')
}

/** The text before the first `mark`; the whole text if there is none. */
export function textBefore(text: string, mark: string): string {
  const at = text.indexOf(mark)
  return at === -1 ? text : text.slice(0, at)
}

/** The text after the first `mark`; empty if there is none. */
export function textAfter(text: string, mark: string): string {
  const at = text.indexOf(mark)
  return at === -1 ? '' : text.slice(at + mark.length)
}

/** The candidate nearest to `word`, if it is near enough to be a typo (edit distance up to a third of its length). */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    // a distance is at least the difference of the lengths
    if (Math.abs(word.length - candidate.length) >= bestDistance) continue
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** The number of wrong, missing, extra or swapped letters (optimal string alignment), with three rows in memory. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = isSwap ? (beforePrevious[j - 2] ?? Infinity) + 1 : Infinity
      current.push(Math.min(substitution, swap, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.length] ?? 0
}
