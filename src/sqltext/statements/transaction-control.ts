import type { Cursor } from '../lexer/cursor.ts'
import type { TransactionControl } from './statement-kind.ts'

/**
 * Whether a statement begins, ends or divides a transaction, which in a migration is the runner's affair. SET
 * TRANSACTION does not; a COMMIT inside of a DO block or a procedure cannot be seen from here (the server refuses it).
 */
export function transactionControl(cursor: Cursor): TransactionControl | undefined {
  return CONTROLS.get(cursor.word()) ?? CONTROLS.get(`${cursor.word()} ${cursor.word(1)}`)
}

const CONTROLS: ReadonlyMap<string, TransactionControl> = new Map<string, TransactionControl>([
  ['begin', 'begin'],
  ['start transaction', 'begin'],
  ['commit', 'commit'],
  ['end', 'commit'],
  ['rollback', 'rollback'],
  ['abort', 'rollback'],
  ['savepoint', 'savepoint'],
  ['release', 'release'],
  ['prepare transaction', 'prepare'],
])
