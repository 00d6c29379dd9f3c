import { Cursor } from '../lexer/cursor.ts'

/**
 * Whether a statement only changes the state of its session, which is gone with the connection: a run that continues a file on a new
 * connection runs it again. `SELECT set_config(...)` is how pg_dump writes a SET.
 */
export function isSessionState(statementText: string): boolean {
  const cursor = new Cursor(statementText)
  if (cursor.accept('select')) {
    cursor.accept('pg_catalog')
    cursor.acceptSymbol('.')
    return cursor.accept('set_config')
  }
  return VERBS.has(cursor.word()) && !(cursor.word() === 'set' && cursor.word(1) === 'constraints')
}

const VERBS: ReadonlySet<string> = new Set(['set', 'reset', 'discard', 'load', 'listen', 'unlisten', 'prepare', 'deallocate'])
