import { isName, LONGEST_NAME_BYTES } from '../../core/names.ts'
import { registerSecret } from '../../core/redaction.ts'
import { nearest } from '../../core/text.ts'
import { quoteIdent, quoteLiteral } from '../../db/quote.ts'
import { splitStatements } from '../../sqltext/statements/split.ts'
import { variableUses, type VariableUse } from '../../sqltext/statements/variable-uses.ts'

/** The values of variables by name. */
export type Variables = Readonly<Record<string, string>>

/** A statement as it is in the file. */
export interface WrittenText {
  text: string
  /** The offset in it of an offset in the text with values. */
  offsetOf: (offset: number) => number
}

/** Why the variable at the offset cannot be filled in. */
export interface VariableFault {
  offset: number
  message: string
  hint: string
}

interface Filled {
  text: string
  written: WrittenText
  names: readonly string[]
  /** Offsets are those of the statement as written. */
  faults: readonly VariableFault[]
}

/** Fills in the variables of one file, and collects their names and faults. Without values, all stays as it is written. */
export class Filling {
  readonly #values: Variables | undefined
  readonly names = new Set<string>()
  /** Offsets are those of the file. */
  readonly faults: VariableFault[] = []

  constructor(values: Variables | undefined) {
    this.#values = values
  }

  /** A block of a large file is read when it is sent, and has no variables. */
  fill<S extends { text: string; start: number; block?: unknown }>(statement: S): S & { written?: WrittenText } {
    if (this.#values === undefined || statement.block !== undefined) return statement
    const filled = fillVariables(statement.text, this.#values)
    if (filled === undefined) return statement
    for (const name of filled.names) this.names.add(name)
    this.faults.push(...filled.faults.map((fault) => ({ ...fault, offset: statement.start + fault.offset })))
    return { ...statement, text: filled.text, written: filled.written }
  }
}

/** Puts the values of variables into one statement. Undefined when it uses none. */
export function fillVariables(written: string, values: Variables): Filled | undefined {
  const given = new Map(Object.entries(values))
  const uses = variableUses(written).filter(({ name, canBeSql }) => !canBeSql || given.has(name))
  if (uses.length === 0) return undefined
  const faults: VariableFault[] = []
  const pieces: Piece[] = []
  let text = ''
  let last = 0
  for (const use of uses) {
    text += written.slice(last, use.start)
    last = use.end
    const value = given.get(use.name)
    const problem = problemOf(use, value, given)
    if (problem !== undefined) faults.push({ offset: use.start, ...problem })
    const sql = problem === undefined ? sqlFor(use, value) : written.slice(use.start, use.end)
    pieces.push({ start: text.length, end: text.length + sql.length, writtenStart: use.start, writtenEnd: use.end })
    text += sql
  }
  text += written.slice(last)
  const plain = uses.find(({ form }) => form === 'text')
  if (faults.length === 0 && plain !== undefined && !isOneStatement(text)) {
    const hint = `write :'${plain.name}' for a value, or :"${plain.name}" for a name`
    faults.push({ offset: plain.start, message: 'the value of a variable ends the statement', hint })
  }
  return {
    text,
    names: [...new Set(uses.map(({ name }) => name))],
    written: { text: written, offsetOf: (offset) => writtenOffset(pieces, offset) },
    faults,
  }
}

/** A value in the text, and the use that it replaces. */
interface Piece {
  start: number
  end: number
  writtenStart: number
  writtenEnd: number
}

function problemOf(
  use: VariableUse,
  value: string | undefined,
  given: ReadonlyMap<string, string>,
): { message: string; hint: string } | undefined {
  const { name, form } = use
  if (form === 'is set') return undefined
  if (value === undefined) {
    const near = nearest(name, given.keys())
    const how = `pass --var ${name}=VALUE, or add it to "variables" in the configuration file`
    return { message: `the variable "${name}" has no value`, hint: near === undefined ? how : `did you mean ${near}? Otherwise ${how}` }
  }
  if (form !== 'identifier' || isName(value)) return undefined
  return { message: `the value of "${name}" is not a name`, hint: `a name has 1 to ${LONGEST_NAME_BYTES} bytes` }
}

/** A value in quotes can be a password, and the server can repeat it. Shorter ones would hide ordinary words. */
const SHORTEST_SECRET = 6

function sqlFor({ form }: VariableUse, value: string | undefined): string {
  if (form === 'is set') return value === undefined ? 'FALSE' : 'TRUE'
  if (form === 'text' || value === undefined) return value ?? ''
  if (form === 'identifier') return quoteIdent(value)
  if (value.length >= SHORTEST_SECRET) registerSecret(value)
  const literal = quoteLiteral(value)
  // the E must not continue a word
  return literal.startsWith('E') ? ` ${literal}` : literal
}

function isOneStatement(text: string): boolean {
  const { statements, faults } = splitStatements(text)
  return faults.length === 0 && statements.length === 1 && statements[0]?.text === text
}

/** Inside of a value: the use. */
function writtenOffset(pieces: readonly Piece[], offset: number): number {
  const before = pieces.findLast(({ start }) => start <= offset)
  if (before === undefined) return offset
  return offset < before.end ? before.writtenStart : before.writtenEnd + (offset - before.end)
}
