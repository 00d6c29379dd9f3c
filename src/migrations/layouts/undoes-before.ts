import type { SqlObject } from '../../sqltext/statements/object-kinds.ts'
import { classify } from '../../sqltext/statements/classify.ts'
import { splitStatements } from '../../sqltext/statements/split.ts'

/**
 * Whether the statements from `offset` (UTF-16) on only undo what the statements before it make, and drop all of it. No
 * migration makes objects to drop them again at once, except temporary ones and helpers that it calls.
 */
export function undoesBefore(text: string, offset: number): boolean {
  const before = splitStatements(text.slice(0, offset)).statements.map((statement) => classify(statement.text))
  const after = splitStatements(text.slice(offset)).statements.map((statement) => statement.text)
  const made = before.filter(({ verb }) => !GOES_WITH_IT.test(verb))
  const dropped = new Set(after.filter((statement) => /\bdrop\b/i.test(statement)).flatMap((statement) => statement.match(NAME) ?? []))
  return (
    made.length > 0 &&
    made.every(({ verb, object }) => isMade(verb, object) && dropped.has(object.name)) &&
    after.every((statement) => UNDOES.test(statement))
  )
}

/** The object of an ALTER that adds nothing is the table. */
function isMade(verb: string, object: SqlObject | undefined): object is SqlObject {
  return (
    object !== undefined &&
    object.schema !== 'pg_temp' &&
    (verb.startsWith('CREATE ') || (verb.startsWith('ALTER ') && object.kind !== 'table'))
  )
}

export const UNDOES = /^(?:drop|delete|truncate|alter|revoke|update)\b/i
const GOES_WITH_IT = /^(?:INSERT|COMMENT|GRANT|SET)\b/
const NAME = /[\p{L}_][\p{L}\p{N}_$]*/gu
