import type { Cursor, Token } from '../lexer/cursor.ts'

/** A parameter list and, where they can be read, the types of the input parameters. */
export interface Parameters {
  /** The text between the parentheses. */
  parameters: string
  inputTypes?: readonly string[]
}

/** Steps over the `(...)` after the name of a function, procedure or aggregate. */
export function readParameters(cursor: Cursor): Parameters | undefined {
  const list = readList(cursor)
  if (list === undefined) return undefined
  const inputTypes: string[] = []
  for (const item of list.items) {
    const type = inputType(item)
    if (type !== undefined) inputTypes.push(type)
  }
  return { parameters: list.text, inputTypes }
}

/** The same for an aggregate: `(*)` has no types; `(a ORDER BY b)` and the old form `(BASETYPE = ...)` are not parsed. */
export function readAggregateParameters(cursor: Cursor): Parameters | undefined {
  const star = cursor.isSymbol('(') && cursor.isSymbol('*', 1)
  const parameters = readParameters(cursor)
  if (parameters === undefined) return undefined
  if (star) return { parameters: parameters.parameters, inputTypes: [] }
  const isPlain = cursor.isSymbol('(') && !/\border\s+by\b/i.test(parameters.parameters)
  return isPlain ? parameters : { parameters: parameters.parameters }
}

/** The operand types in the definition of an operator: `(LEFTARG = a, RIGHTARG = b, ...)`. */
export function readOperands(cursor: Cursor): Parameters | undefined {
  const list = readList(cursor)
  if (list === undefined) return undefined
  const operand = (wanted: string): string => {
    const item = list.items.find(([key, equals]) => key?.word === wanted && equals?.text === '=')
    return item === undefined ? 'NONE' : join(item.slice(2))
  }
  return { parameters: list.text, inputTypes: [operand('leftarg'), operand('rightarg')] }
}

interface Part extends Token {
  text: string
}

/** A list in parentheses, cut at its commas. */
function readList(cursor: Cursor): { text: string; items: Part[][] } | undefined {
  if (!cursor.isSymbol('(')) return undefined
  const text = cursor.group()
  cursor.skip()
  const items: Part[][] = []
  let item: Part[] = []
  for (let depth = 0; !cursor.atEnd; cursor.skip()) {
    const part = { ...cursor.peek(), text: cursor.source() }
    if (part.kind === 'symbol') {
      if (part.text === ')' && depth === 0) break
      if (part.text === ',' && depth === 0) {
        items.push(item)
        item = []
        continue
      }
      if (part.text === '(' || part.text === '[') depth++
      if (part.text === ')' || part.text === ']') depth--
    }
    item.push(part)
  }
  cursor.skip()
  if (item.length > 0) items.push(item)
  return { text, items }
}

/** `[mode] [name] [mode] type [DEFAULT|= value]` (gram.y, func_arg_with_default); undefined for an output parameter. */
function inputType(item: readonly Part[]): string | undefined {
  const valueAt = item.findIndex(({ kind, text, word }) => word === 'default' || (kind === 'symbol' && text === '='))
  const rest = valueAt < 0 ? [...item] : item.slice(0, valueAt)
  const modes = takeModes(rest)
  if (startsWithName(rest)) rest.shift()
  modes.push(...takeModes(rest))
  return modes.join(' ') === 'out' ? undefined : join(rest)
}

function takeModes(parts: Part[]): string[] {
  const modes: string[] = []
  for (let [first] = parts; first !== undefined && MODES.has(first.word); [first] = parts) {
    modes.push(first.word)
    parts.shift()
  }
  return modes
}

/** Whether there is a name before the type: two words in a row that are not a two-word type. */
function startsWithName([first, second]: readonly Part[]): boolean {
  if (first === undefined || second === undefined) return false
  const isTwoWords = second.kind === 'word' || second.kind === 'quoted'
  if (!isTwoWords || second.word === 'array') return false
  return first.word === 'double' ? second.word !== 'precision' : !TYPES_OF_SEVERAL_WORDS.has(first.word)
}

// keywords that cannot be the name of a parameter without quotes
const MODES = new Set(['in', 'out', 'inout', 'variadic'])

// gram.y reserves these for types (col_name_keyword), so none can be the name of a parameter; `double` can
const TYPES_OF_SEVERAL_WORDS = new Set(['bit', 'char', 'character', 'interval', 'national', 'nchar', 'setof', 'time', 'timestamp'])

/** The tokens without the comments between them. */
function join(parts: readonly Part[]): string {
  return parts.map((part, i) => (i > 0 && part.start > (parts[i - 1]?.end ?? 0) ? ` ${part.text}` : part.text)).join('')
}
