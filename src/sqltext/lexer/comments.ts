/** Whether `--` or `/*` stands at the offset; even inside of an operator both begin a comment. */
export function isCommentStart(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code !== DASH && code !== SLASH) return false
  return text.charCodeAt(at + 1) === (code === DASH ? DASH : STAR)
}

/** Offset of the line break that ends the line (LF, CRLF or lone CR), or of the end of the text. */
export function lineEnd(text: string, from: number): number {
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 0x0a || code === 0x0d) break
    at++
  }
  return at
}

/** Offset after the block comment that begins at `start`, inner ones included; undefined when it is not closed. */
export function blockCommentEnd(text: string, start: number): number | undefined {
  let depth = 1
  for (let at = start + 2; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== SLASH && code !== STAR) continue
    const next = text.charCodeAt(at + 1)
    if (code === SLASH && next === STAR) {
      depth++
      at++
    } else if (code === STAR && next === SLASH) {
      at++
      if (--depth === 0) return at + 1
    }
  }
  return undefined
}

const STAR = 0x2a
const DASH = 0x2d
const SLASH = 0x2f
