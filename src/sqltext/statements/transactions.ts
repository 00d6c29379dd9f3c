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

export const ISOLATION_LEVELS = ['READ UNCOMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'] as const

export type IsolationLevel = (typeof ISOLATION_LEVELS)[number]

/** What a statement asks of its transaction. */
export interface TransactionModes {
  isolation?: IsolationLevel
  access?: 'READ WRITE' | 'READ ONLY'
  /** The rest, which is none of these: `SNAPSHOT`, or wrong syntax. */
  other?: string
}

/** The modes of BEGIN, START TRANSACTION and SET [LOCAL] TRANSACTION, or of a SET of the settings behind them; otherwise undefined. */
export function transactionModes(cursor: Cursor): TransactionModes | undefined {
  if (cursor.accept('begin')) {
    if (!cursor.accept('work')) cursor.accept('transaction')
  } else if (!cursor.accept('start transaction')) {
    if (!cursor.accept('set')) return undefined
    const isSession = cursor.accept('session')
    if (!isSession) cursor.accept('local')
    if (isSession || !cursor.accept('transaction')) return modeSetting(cursor)
  }
  const modes: TransactionModes = {}
  while (!cursor.atEnd) {
    const [level, access] = [cursor.accept('isolation level') ? oneOf(cursor, ISOLATION_LEVELS) : undefined, oneOf(cursor, ACCESS)]
    if (level !== undefined) modes.isolation = level
    if (access !== undefined) modes.access = access
    // it has an effect together with READ ONLY only
    const isKnown = level !== undefined || access !== undefined || cursor.accept('not deferrable') || cursor.accept('deferrable')
    if (isKnown) cursor.acceptSymbol(',')
    else {
      modes.other = cursor.source().toUpperCase()
      return modes
    }
  }
  return modes
}

/** `SET transaction_isolation TO serializable`. */
function modeSetting(cursor: Cursor): TransactionModes | undefined {
  const name = cursor.word()
  cursor.skip()
  if (!cursor.accept('to') && !cursor.acceptSymbol('=')) return undefined
  const value = cursor
    .source()
    .replace(/^'(.*)'$/, '$1')
    .trim()
    .toUpperCase()
  if (name === 'transaction_isolation') {
    const isolation = ISOLATION_LEVELS.find((level) => level === value)
    return isolation === undefined ? undefined : { isolation }
  }
  if (name === 'transaction_read_only') return { access: /^(?:0|OFF?|F.*|N.*)$/.test(value) ? 'READ WRITE' : 'READ ONLY' }
  return name === 'transaction_deferrable' ? {} : undefined
}

const ACCESS = ['READ WRITE', 'READ ONLY'] as const

function oneOf<T extends string>(cursor: Cursor, phrases: readonly T[]): T | undefined {
  return phrases.find((phrase) => cursor.accept(phrase.toLowerCase()))
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
