import { Scanner } from '../lexer/scanner.ts'

/** A place where SQL text uses a variable, as psql writes it. Offsets are UTF-16. */
export interface VariableUse {
  name: string
  /** `:name`, `:'name'`, `:"name"` or `:{?name}`. */
  form: 'text' | 'literal' | 'identifier' | 'is set'
  start: number
  end: number
  /** Without a value it is SQL: the bound of an array slice `a[i:j]`, a value of `json_object('k':v)`. */
  canBeSql: boolean
}

/**
 * Finds the variables in SQL text. As in psql, strings, dollar quotes and comments have none, `::` is a cast and `:=` an
 * assignment. A name begins with a letter, so `[1:2]` is a slice.
 */
export function variableUses(text: string): VariableUse[] {
  if (!MAY_USE.test(text)) return []
  const uses: VariableUse[] = []
  const scanner = new Scanner(text)
  const open: Enclosing[] = []
  /** The token before, in lower case; empty for a string or a name in quotes. */
  let last = ''
  while (scanner.next() !== 'end') {
    const { kind, start, end } = scanner
    const symbol = kind === 'symbol' ? text.slice(start, end) : ''
    if (symbol === '[') open.push(isArray(last, open.at(-1)) ? 'array' : 'slice')
    else if (symbol === '(') open.push(JSON_CONSTRUCTOR.test(last) ? 'json' : 'other')
    else if (symbol === ']' || symbol === ')') open.pop()
    else if (symbol === ':') {
      USE.lastIndex = end
      const found = USE.exec(text)
      const [form, name] = Object.entries(found?.groups ?? {}).find(([, value]) => value !== undefined) ?? []
      if (found !== null && form !== undefined && name !== undefined) {
        uses.push({ name, form: FORMS[form] ?? 'text', start, end: end + found[0].length, canBeSql: COLON_IS_SQL.has(open.at(-1)) })
        scanner.seek(end + found[0].length)
      }
    }
    last = kind === 'word' ? text.slice(start, end).toLowerCase() : symbol
  }
  return uses
}

/** What the innermost open parenthesis or bracket is. */
type Enclosing = 'slice' | 'json' | 'array' | 'other'
const COLON_IS_SQL: ReadonlySet<Enclosing | undefined> = new Set<Enclosing>(['slice', 'json'])

/** Whether a bracket after this token is that of ARRAY[...], or of an array in one: its elements are expressions. */
function isArray(last: string, enclosing: Enclosing | undefined): boolean {
  return last === 'array' || (enclosing === 'array' && (last === '[' || last === ','))
}

/** Most statements have no such text, and are not read. */
const MAY_USE = /(?<!:):[A-Za-z_\u0080-\uffff'"{]/
/** What follows a colon. */
const USE =
  /(?<text>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)|'(?<literal>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)'|"(?<identifier>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)"|\{\?(?<set>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)\}/y
const FORMS: Readonly<Record<string, VariableUse['form']>> = { literal: 'literal', identifier: 'identifier', set: 'is set' }
const JSON_CONSTRUCTOR = /^json_object(?:agg)?$/
