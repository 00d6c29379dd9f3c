import { identifierName } from '../lexer/identifiers.ts'
import { Scanner } from '../lexer/scanner.ts'

/** Names that a statement can have without a schema. */
export interface UnqualifiedNames {
  /** Types and operator classes. */
  types: ReadonlySet<string>
  /** Functions: a parenthesis follows. */
  functions: ReadonlySet<string>
}

/** Puts `prefix` (`"public".`) before these names where they have no qualifier. A column can have such a name too: the result is an attempt. */
export function qualifyNames(statement: string, prefix: string, { types, functions }: UnqualifiedNames): string {
  const scanner = new Scanner(statement)
  let result = ''
  let copied = 0
  while (scanner.next() !== 'end') {
    const { kind, start, end } = scanner
    if ((kind !== 'word' && kind !== 'quoted') || statement[start - 1] === '.') continue
    const name = identifierName(statement.slice(start, end))
    if (!types.has(name) && !(functions.has(name) && /^\s*\(/.test(statement.slice(end, end + 40)))) continue
    result += statement.slice(copied, start) + prefix
    copied = start
  }
  return result + statement.slice(copied)
}
