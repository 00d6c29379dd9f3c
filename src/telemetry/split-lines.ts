export interface InputLine {
  /** From 1. */
  number: number
  /** Without its line break; undefined for a line that is too long to be kept. */
  text: string | undefined
}

const LONGEST = 1024 * 1024

/** Lines of UTF-8 in chunks, ended by LF or CRLF and by nothing else: JSON may hold other separators as they are. */
export async function* splitLines(input: AsyncIterable<Uint8Array | string>): AsyncGenerator<InputLine> {
  const decoder = new TextDecoder()
  let number = 0
  let rest = ''
  let isTooLong = false
  for await (const chunk of input) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      yield { number: ++number, text: isTooLong || line.length > LONGEST ? undefined : line.replace(/\r$/, '') }
      isTooLong = false
    }
    if (rest.length > LONGEST) {
      isTooLong = true
      rest = ''
    }
  }
  rest += decoder.decode()
  if (rest !== '' || isTooLong) yield { number: ++number, text: isTooLong ? undefined : rest.replace(/\r$/, '') }
}
