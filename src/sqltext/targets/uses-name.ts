import { identifierName } from '../lexer/identifiers.ts'
import { Scanner } from '../lexer/scanner.ts'
import { decodeLiteral } from '../locate/routine-body.ts'

/** Whether a statement has one of the names or operators, also in its strings and bodies. */
export function usesName(statement: string, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false
  const scanner = new Scanner(statement)
  while (scanner.next() !== 'end') {
    const { kind, start, end } = scanner
    const source = statement.slice(start, end)
    if ((kind === 'word' || kind === 'quoted') && names.has(identifierName(source))) return true
    if (kind === 'symbol' && names.has(source)) return true
    if (kind === 'string' && usesName(decodeLiteral(source)?.text ?? '', names)) return true
  }
  return false
}
