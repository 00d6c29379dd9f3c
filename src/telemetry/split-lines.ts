/** A line of the input. */
export interface InputLine {
  /** From 1. */
  number: number
  /** Without its line break. */
  text: string
  /** Why the line cannot be read: it is too long, or not UTF-8. The text is empty. */
  fault?: { message: string; column?: number }
}

const LONGEST_LINE = 64 * 1024 * 1024
const LF = 0x0a
const CR = 0x0d

/** Splits UTF-8 into lines, at LF or CRLF only: JSON can contain other line separators. */
export async function* splitLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<InputLine> {
  let number = 0
  let pieces: Uint8Array[] = []
  let length = 0
  const take = (last: Uint8Array): InputLine => {
    const line = lineOf(++number, [...pieces, last], length + last.length)
    pieces = []
    length = 0
    return line
  }
  for await (const chunk of input) {
    let from = 0
    // only the new bytes are searched: a line can come in many small chunks
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      yield take(chunk.subarray(from, at))
      from = at + 1
    }
    length += chunk.length - from
    if (length > LONGEST_LINE) pieces = []
    else if (from < chunk.length) pieces.push(chunk.subarray(from))
  }
  if (length > 0) yield take(new Uint8Array())
}

function lineOf(number: number, pieces: readonly Uint8Array[], length: number): InputLine {
  if (length > LONGEST_LINE) return { number, text: '', fault: { message: `the line is longer than ${LONGEST_LINE / 1024 ** 2} MiB` } }
  const [only] = pieces
  const bytes = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces)
  const line = bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes
  try {
    return { number, text: STRICT.decode(line) }
  } catch {
    return { number, text: '', fault: { message: 'the line is not UTF-8', column: validCharacters(line) + 1 } }
  }
}

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The number of characters before the first byte that is not UTF-8: by halves, because the decoder does not say where it stopped. */
function validCharacters(bytes: Uint8Array): number {
  let [good, bad] = [0, bytes.length]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isPrefix(bytes.subarray(0, middle))) good = middle
    else bad = middle
  }
  return Array.from(new TextDecoder().decode(bytes.subarray(0, good), { stream: true })).length
}

/** Whether bytes are UTF-8, apart from a last character that is not complete. */
function isPrefix(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}
