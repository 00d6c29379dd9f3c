import { Cursor } from '../lexer/cursor.ts'
import { readTarget } from './alter.ts'
import { outsideTransaction } from './transactions.ts'

/**
 * Whether a statement waits for other transactions by design, with locks that let others read and write meanwhile:
 * CONCURRENTLY in all its forms, DETACH PARTITION ... FINALIZE, and an ALTER TABLE that only validates constraints. An ALTER
 * TABLE that validates a constraint and also does something else does not count: its lock can block everybody.
 */
export function waitsByDesign(statementText: string): boolean {
  const cursor = new Cursor(statementText)
  if (outsideTransaction(cursor)?.endsWith('CONCURRENTLY') === true) return true
  cursor.rewind()
  if (cursor.accept('refresh materialized view')) return cursor.word() === 'concurrently'
  return cursor.accept('alter table') && isWeakAlter(cursor)
}

function isWeakAlter(cursor: Cursor): boolean {
  readTarget(cursor)
  if (cursor.accept('detach partition')) {
    cursor.name()
    return cursor.word() === 'finalize'
  }
  do {
    if (!cursor.accept('validate constraint') || cursor.name() === undefined) return false
  } while (cursor.acceptSymbol(','))
  return cursor.atEnd
}
