import { readInspected } from './inspected.ts'
import type { InputLine } from './split-lines.ts'

/** A value of the input. */
export interface InputValue {
  /** The line on which it begins, from 1. */
  line: number
  read: { value: unknown } | { message: string; column?: number }
}

/** A value on several lines has at most so many characters. */
const LONGEST_VALUE = 64 * 1024 * 1024

/**
 * The values of the lines: JSON on one line, or on several, as an export with indents has it; also objects in the form that
 * `console.log` of Node prints. A line that begins no value is bad by itself, and costs no line after it.
 */
export async function* joinLines(lines: AsyncIterable<InputLine>): AsyncGenerator<InputValue> {
  let open: OpenValue | undefined
  for await (const line of lines) {
    if (open !== undefined) {
      const added = open.add(line)
      if (added === 'open') continue
      const joined = added === 'closed' ? open.value() : undefined
      if (joined !== undefined) yield joined
      else for (const one of open.lines) yield valueOf(one)
      open = undefined
      if (added !== 'apart') continue
    }
    if (line.fault === undefined && line.text.trim() === '') continue
    const value = valueOf(line)
    if ('message' in value.read && line.fault === undefined) {
      open = OpenValue.begin(line)
      if (open !== undefined) continue
    }
    yield value
  }
  for (const one of open?.lines ?? []) yield valueOf(one)
}

function valueOf({ number, text, fault }: InputLine): InputValue {
  if (fault !== undefined) return { line: number, read: fault }
  try {
    return { line: number, read: { value: JSON.parse(text) as unknown } }
  } catch (error) {
    const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
    const column = position === undefined ? undefined : Array.from(text.slice(0, Number(position))).length + 1
    const inspected = text.trimStart().startsWith('{') ? readInspected(text) : undefined
    if (inspected !== undefined) return { line: number, read: { value: inspected } }
    return { line: number, read: { message: 'the line is not JSON', ...(column === undefined ? {} : { column }) } }
  }
}

/** A value that goes on after its line. */
class OpenValue {
  readonly lines: InputLine[] = []
  #text = ''
  /** The open brackets, the innermost last. */
  #stack: string[] = []

  /** Undefined for a line that cannot begin a value on several lines: such a line ends in a bracket, a comma or a colon. */
  static begin(line: InputLine): OpenValue | undefined {
    if (!/^\s*[{[]/.test(line.text)) return undefined
    const open = new OpenValue()
    return open.add(line) === 'open' ? open : undefined
  }

  /** Takes the next line. `apart`: the line belongs to no value that is open, so what was open is none. */
  add(line: InputLine): 'open' | 'closed' | 'apart' {
    const text = line.text.trim()
    // in an object a line begins with a key: no exporter has a line break after the colon
    const isNew = text.startsWith('{') && this.#stack.at(-1) === '{'
    if (line.fault !== undefined || isNew || this.#text.length + text.length > LONGEST_VALUE) return 'apart'
    if (!this.#scan(text)) return 'apart'
    this.lines.push(line)
    this.#text += `${line.text}\n`
    return this.#stack.length === 0 ? 'closed' : 'open'
  }

  /** The joined value; undefined when it is not one. */
  value(): InputValue | undefined {
    const line = this.lines[0]?.number ?? 1
    try {
      return { line, read: { value: JSON.parse(this.#text) as unknown } }
    } catch {
      const value = readInspected(this.#text)
      return value === undefined ? undefined : { line, read: { value } }
    }
  }

  /** Follows the brackets of a line. False when a bracket closes another one, or a string goes on after the line. */
  #scan(text: string): boolean {
    for (let at = 0; at < text.length; at++) {
      const char = text.charAt(at)
      if (QUOTES.includes(char)) {
        at = endOfString(text, at)
        if (at < 0) return false
      } else if (char === '{' || char === '[') this.#stack.push(char)
      else if ((char === '}' || char === ']') && this.#stack.pop() !== OPENING[char]) return false
      if (this.#stack.length === 0 && at < text.length - 1 && text.slice(at + 1).trim() !== '') return false
    }
    return true
  }
}

const QUOTES = `"'\``
const OPENING = { '}': '{', ']': '[' } as const

/** The place of the quote that ends a string; -1 without one. */
function endOfString(text: string, start: number): number {
  const quote = text.charAt(start)
  for (let at = start + 1; at < text.length; at++) {
    if (text.charAt(at) === '\\') at++
    else if (text.charAt(at) === quote) return at
  }
  return -1
}
