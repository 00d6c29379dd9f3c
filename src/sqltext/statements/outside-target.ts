import { Cursor } from '../lexer/cursor.ts'
import { literalValue } from '../lexer/identifiers.ts'
import { readTarget } from './alter.ts'
import { readObjectKind } from './object-kinds.ts'

/** What a statement that runs outside a transaction creates or removes: whether it is there shows if the statement was completed. */
export type OutsideTarget =
  | { does: 'creates'; kind: 'index'; table: Name; name?: string }
  | { does: 'creates' | 'removes'; kind: 'database' | 'tablespace' | 'subscription'; name: string }
  | { does: 'removes'; kind: 'index'; index: Name }
  | { does: 'removes'; kind: 'partition'; table: Name; partition: Name }
  | { does: 'removes'; kind: 'prepared transaction'; name: string }
  /** The indexes of REINDEX CONCURRENTLY, which creates copies beside them. */
  | { does: 'rebuilds'; kind: 'index' | 'table' | 'schema' | 'database'; of: Name }

/** As the catalogs store it. */
export interface Name {
  schema?: string
  name: string
}

/** Undefined for statements that do no harm when they run twice (VACUUM, ALTER SYSTEM, ...), and for unknown ones. */
export function outsideTarget(statementText: string): OutsideTarget | undefined {
  const cursor = new Cursor(statementText)
  const first = cursor.word()
  cursor.skip()
  return READERS[first]?.(cursor)
}

const READERS: Readonly<Record<string, (cursor: Cursor) => OutsideTarget | undefined>> = {
  create: (cursor) => (isIndex(cursor) ? readIndex(cursor) : readStorage('creates', cursor)),
  drop: readDrop,
  alter: readDetach,
  commit: readPrepared,
  rollback: readPrepared,
  reindex: readReindex,
}

function isIndex(cursor: Cursor): boolean {
  cursor.accept('unique')
  return cursor.accept('index')
}

/** `[CONCURRENTLY] [[IF NOT EXISTS] name] ON [ONLY] table`. */
function readIndex(cursor: Cursor): OutsideTarget | undefined {
  cursor.accept('concurrently')
  cursor.accept('if not exists')
  const own = cursor.word() === 'on' ? undefined : cursor.name()
  if (!cursor.accept('on')) return undefined
  cursor.accept('only')
  const table = cursor.name()
  if (table === undefined) return undefined
  return { does: 'creates', kind: 'index', table, ...(own === undefined ? {} : { name: own.name }) }
}

function readDrop(cursor: Cursor): OutsideTarget | undefined {
  if (!cursor.accept('index')) return readStorage('removes', cursor)
  cursor.accept('concurrently')
  cursor.accept('if exists')
  const index = cursor.name()
  return index === undefined ? undefined : { does: 'removes', kind: 'index', index }
}

function readStorage(does: 'creates' | 'removes', cursor: Cursor): OutsideTarget | undefined {
  const kind = readObjectKind(cursor)?.kind
  if (kind !== 'database' && kind !== 'tablespace' && kind !== 'subscription') return undefined
  cursor.accept('if exists')
  const name = cursor.name()?.name
  return name === undefined ? undefined : { does, kind, name }
}

/** `TABLE [IF EXISTS] parent DETACH PARTITION partition CONCURRENTLY`. */
function readDetach(cursor: Cursor): OutsideTarget | undefined {
  if (!cursor.accept('table')) return undefined
  const table = readTarget(cursor)
  if (table === undefined || !cursor.accept('detach partition')) return undefined
  const partition = cursor.name()
  return partition === undefined ? undefined : { does: 'removes', kind: 'partition', table, partition }
}

function readPrepared(cursor: Cursor): OutsideTarget | undefined {
  if (!cursor.accept('prepared') || cursor.peek().kind !== 'string') return undefined
  const name = literalValue(cursor.source())
  return name === undefined ? undefined : { does: 'removes', kind: 'prepared transaction', name }
}

/** `[(options)] kind [CONCURRENTLY] name`. */
function readReindex(cursor: Cursor): OutsideTarget | undefined {
  if (cursor.isSymbol('(')) cursor.skipItem()
  const kind = cursor.word()
  if (kind !== 'index' && kind !== 'table' && kind !== 'schema' && kind !== 'database') return undefined
  cursor.skip()
  cursor.accept('concurrently')
  const of = cursor.name() ?? (kind === 'database' ? { name: '' } : undefined)
  return of === undefined ? undefined : { does: 'rebuilds', kind, of }
}
