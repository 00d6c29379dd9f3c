import { DatabaseError } from '../../db/database-error.ts'
import type { Db, Outcome } from '../../db/db.ts'
import type { ParsedStatement } from '../files/parse-migration.ts'

/** Runs one statement, a COPY with its rows. Throws `DatabaseError`. */
export async function sendStatement(db: Db, { text, rows, block }: ParsedStatement): Promise<void> {
  await (rows === undefined ? db.exec(block?.content ?? text) : db.copyFrom({ text, rows: rows.parts, stdin: rows.stdin }))
}

/** Statements of one message. */
export interface Group {
  /** How many of the list. */
  count: number
  message: string
  /** There are several, after a savepoint and with its release. */
  isOfMany: boolean
}

/** Messages sent at once. After a failed message the server logs an error for each message that follows. */
const MOST_MESSAGES = 64
/** Characters sent at once. */
const MOST_TEXT = 512 * 1024
/** Characters of a message with several statements: from then on a longer one saves nothing. */
const GROUP_TEXT = 16 * 1024

/**
 * The messages to send next, from the statement at `from`: changes of rows that follow one another are one message, because an
 * answer for each would take longer than the statement. It has a savepoint, so that its statements can be sent one by one to find
 * the one that failed; those before `alone` are. Stops before a statement that is sent in parts: a COPY, whose rows follow a request of
 * the server, and a long one.
 */
export function nextGroups(
  statements: readonly ParsedStatement[],
  from: number,
  alone: number,
  messageFor: (statement: ParsedStatement) => string,
): Group[] {
  const groups: Group[] = []
  let text = 0
  for (let at = from; at < statements.length && groups.length < MOST_MESSAGES && text < MOST_TEXT;) {
    const first = statements[at]
    if (first === undefined || first.rows !== undefined || first.block?.count === 1) break
    const group =
      first.block === undefined ? groupAt(statements, at, at < alone ? 1 : Infinity, messageFor) : groupOf([first.block.content.text()])
    groups.push(group)
    at += group.count
    text += group.message.length
  }
  return groups
}

function groupAt(
  statements: readonly ParsedStatement[],
  from: number,
  most: number,
  messageFor: (statement: ParsedStatement) => string,
): Group {
  const texts: string[] = []
  for (let length = 0; length < GROUP_TEXT && texts.length < most;) {
    const statement = statements[from + texts.length]
    if (statement === undefined || statement.block !== undefined || !CHANGES_ROWS.has(statement.kind.verb)) break
    texts.push(statement.text)
    length += statement.text.length
  }
  const [first] = statements.slice(from, from + 1)
  if (texts.length > 1 || first === undefined) return { ...groupOf(texts), count: texts.length }
  return { count: 1, message: messageFor(first), isOfMany: false }
}

const CHANGES_ROWS: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE'])

export const SAVEPOINT = 'SAVEPOINT skills_statement;\n'
export const RELEASE = '\n;RELEASE SAVEPOINT skills_statement'

function groupOf(texts: readonly string[]): Group {
  return { count: 1, message: `${texts.join('\n;')}${RELEASE}`, isOfMany: true }
}

/** Sends the messages at once; without one, the statement that is next, in parts. */
export async function sendGroups(db: Db, groups: readonly Group[], next: ParsedStatement | undefined): Promise<Outcome[]> {
  if (groups.length === 0 && next !== undefined) return [await outcomeOf(sendStatement(db, next))]
  // the server parses a whole message before it runs any of it: with a syntax error in it, its savepoint would not exist
  const messages = groups.map(({ message, isOfMany }) => (isOfMany ? [SAVEPOINT, message] : [message]))
  const outcomes = await db.pipeline(messages.flat())
  return messages.map(({ length }) => {
    const own = outcomes.splice(0, length)
    return own.find(({ ok }) => !ok) ?? { ok: true, rows: [] }
  })
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
