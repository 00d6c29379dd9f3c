import { DatabaseError } from '../../db/database-error.ts'
import type { Db, Outcome } from '../../db/db.ts'
import type { ParsedStatement } from '../files/parse-migration.ts'

/** Runs one statement, a COPY with its rows. Throws `DatabaseError`. */
export async function sendStatement(db: Db, { text, rows }: ParsedStatement): Promise<void> {
  await (rows === undefined ? db.exec(text) : db.copyFrom({ text, rows: rows.text, stdin: rows.stdin }))
}

/**
 * Sends the first of the statements: up to `most` at once, as the messages that `messageFor` makes of them, or one COPY. Its rows
 * follow a request of the server, so nothing can be sent behind it.
 */
export async function sendFirst(
  db: Db,
  statements: readonly ParsedStatement[],
  most: number,
  messageFor: (statement: ParsedStatement) => string,
): Promise<Outcome[]> {
  const [first] = statements
  if (first?.rows !== undefined) return [await outcomeOf(sendStatement(db, first))]
  const copy = statements.findIndex(({ rows }) => rows !== undefined)
  return db.pipeline(statements.slice(0, copy === -1 ? most : Math.min(copy, most)).map(messageFor))
}

async function outcomeOf(sent: Promise<void>): Promise<Outcome> {
  try {
    await sent
    return { ok: true, rows: [] }
  } catch (error) {
    if (error instanceof DatabaseError) return { ok: false, error }
    throw error
  }
}
