import type { Cursor } from '../lexer/cursor.ts'
import { readTarget } from './alter.ts'

export type TransactionControl = 'begin' | 'commit' | 'rollback' | 'savepoint' | 'release' | 'prepare'

/**
 * Whether a statement begins, ends or divides a transaction, which only the runner may do. SET TRANSACTION does not. A
 * COMMIT inside a DO block or a procedure is not visible here; the server refuses it.
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

/**
 * The name of a statement that fails with 25001 inside a transaction block (PreventInTransactionBlock in the server's
 * source); otherwise undefined. Does not cover statements that fail only in some databases: CREATE, ALTER and DROP
 * SUBSCRIPTION with a replication slot, CLUSTER and REINDEX of a partitioned table.
 */
export function outsideTransaction(cursor: Cursor): string | undefined {
  const first = cursor.word()
  cursor.skip()
  return READERS.get(first)?.(cursor)
}

type Reader = (cursor: Cursor) => string | undefined

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['vacuum', () => 'VACUUM'],
  ['cluster', readCluster],
  ['reindex', readReindex],
  ['create', readCreate],
  ['drop', readDrop],
  ['alter', readAlter],
  ['discard', (cursor) => (cursor.accept('all') ? 'DISCARD ALL' : undefined)],
  ['commit', (cursor) => (cursor.accept('prepared') ? 'COMMIT PREPARED' : undefined)],
  ['rollback', (cursor) => (cursor.accept('prepared') ? 'ROLLBACK PREPARED' : undefined)],
])

/** `CLUSTER [(options)] [VERBOSE]` without a table processes the whole database in transactions of its own. */
function readCluster(cursor: Cursor): string | undefined {
  if (cursor.isSymbol('(')) cursor.skipItem()
  cursor.accept('verbose')
  return cursor.atEnd ? 'CLUSTER' : undefined
}

/** `REINDEX [(options)] kind [CONCURRENTLY] name`. */
function readReindex(cursor: Cursor): string | undefined {
  let isConcurrent = false
  if (cursor.acceptSymbol('(')) {
    for (; !cursor.atEnd && !cursor.acceptSymbol(')'); cursor.skip()) {
      if (cursor.word() === 'concurrently') isConcurrent = !/^('?(off|false|no|0)'?)$/i.test(cursor.source(1))
    }
  }
  const kind = cursor.word()
  cursor.skip()
  if (isConcurrent || cursor.word() === 'concurrently') return `REINDEX ${kind.toUpperCase()} CONCURRENTLY`
  return ['schema', 'database', 'system'].includes(kind) ? `REINDEX ${kind.toUpperCase()}` : undefined
}

function readCreate(cursor: Cursor): string | undefined {
  cursor.accept('unique')
  if (cursor.accept('index concurrently')) return 'CREATE INDEX CONCURRENTLY'
  return readStorage(cursor, 'CREATE')
}

function readDrop(cursor: Cursor): string | undefined {
  return cursor.accept('index concurrently') ? 'DROP INDEX CONCURRENTLY' : readStorage(cursor, 'DROP')
}

function readStorage(cursor: Cursor, verb: string): string | undefined {
  return cursor.word() === 'database' || cursor.word() === 'tablespace' ? `${verb} ${cursor.word().toUpperCase()}` : undefined
}

function readAlter(cursor: Cursor): string | undefined {
  if (cursor.accept('system')) return 'ALTER SYSTEM'
  if (cursor.accept('database')) {
    cursor.name()
    return cursor.accept('set tablespace') ? 'ALTER DATABASE ... SET TABLESPACE' : undefined
  }
  if (!cursor.accept('table')) return undefined
  readTarget(cursor)
  if (!cursor.accept('detach partition')) return undefined
  cursor.name()
  return cursor.accept('concurrently') ? 'ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY' : undefined
}
