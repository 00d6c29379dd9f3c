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
  /** For each open parenthesis or bracket, whether a colon can be SQL in it. */
  const open: boolean[] = []
  let word = ''
  while (scanner.next() !== 'end') {
    const { kind, start, end } = scanner
    const symbol = kind === 'symbol' ? text.slice(start, end) : ''
    if (symbol === '[') open.push(true)
    else if (symbol === '(') open.push(JSON_CONSTRUCTOR.test(word))
    else if (symbol === ']' || symbol === ')') open.pop()
    else if (symbol === ':') {
      USE.lastIndex = end
      const found = USE.exec(text)
      const [form, name] = Object.entries(found?.groups ?? {}).find(([, value]) => value !== undefined) ?? []
      if (found !== null && form !== undefined && name !== undefined) {
        uses.push({ name, form: FORMS[form] ?? 'text', start, end: end + found[0].length, canBeSql: open.at(-1) === true })
        scanner.seek(end + found[0].length)
      }
    }
    word = kind === 'word' ? text.slice(start, end) : ''
  }
  return uses
}

/** Most statements have no such text, and are not read. */
const MAY_USE = /(?<!:):[A-Za-z_\u0080-\uffff'"{]/
/** What follows a colon. */
const USE =
  /(?<text>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)|'(?<literal>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)'|"(?<identifier>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)"|\{\?(?<set>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)\}/y
const FORMS: Readonly<Record<string, VariableUse['form']>> = { literal: 'literal', identifier: 'identifier', set: 'is set' }
const JSON_CONSTRUCTOR = /^json_object(?:agg)?$/i
