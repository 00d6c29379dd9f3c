import { Cursor, type QualifiedName } from '../lexer/cursor.ts'
import type { StatementKind } from '../statements/classify.ts'
import { readTarget } from '../statements/alter.ts'
import { readNames } from './context.ts'
import { isConstraint, readColumn, readConstraint } from './definitions.ts'
import { lockLevel, strongest, type LockLevel } from './hazard.ts'

/** The strongest lock of a statement on one relation that the statement names. */
export interface TableLock {
  table: QualifiedName
  lock: LockLevel
}

/**
 * The locks of a statement on the tables, views and indexes that it names, until its transaction ends (PostgreSQL manual, "Explicit
 * Locking" and ALTER TABLE; a test compares them with pg_locks). What it does not name is left out: the table of a dropped index, the
 * tables of a query or a view, the children of a table. Empty for a statement without a lock on a relation.
 */
export function tableLocks(statementText: string, kind: StatementKind): TableLock[] {
  const cursor = new Cursor(statementText)
  const reader = READERS[kind.verb] ?? (kind.verb.startsWith('DROP ') ? dropLocks : undefined)
  return (reader?.(cursor, kind) ?? []).filter(({ table }) => table.name !== '')
}

type Reader = (cursor: Cursor, kind: StatementKind) => TableLock[]

const READERS: Readonly<Record<string, Reader>> = {
  'ALTER FOREIGN TABLE': alterLocks,
  'ALTER INDEX': (cursor) => targetLock(cursor, 'index', indexLock),
  'ALTER MATERIALIZED VIEW': alterLocks,
  'ALTER POLICY': onTable('ACCESS EXCLUSIVE'),
  'ALTER SEQUENCE': (cursor) =>
    targetLock(cursor, 'sequence', (rest) => (/^(?:rename|set)$/.test(rest.word()) ? 'ACCESS EXCLUSIVE' : 'SHARE ROW EXCLUSIVE')),
  'ALTER TABLE': alterLocks,
  'ALTER TRIGGER': onTable('ACCESS EXCLUSIVE'),
  'ALTER VIEW': (cursor) => targetLock(cursor, 'view', () => 'ACCESS EXCLUSIVE'),
  ANALYZE: maintenanceLocks('SHARE UPDATE EXCLUSIVE'),
  CLUSTER: clusterLocks,
  'COMMENT ON': commentLocks,
  COPY: (cursor) => copyLocks(cursor),
  'CREATE INDEX': (cursor, { outsideTransaction }) =>
    onTable(outsideTransaction === undefined ? 'SHARE' : 'SHARE UPDATE EXCLUSIVE')(cursor),
  'CREATE POLICY': onTable('ACCESS EXCLUSIVE'),
  'CREATE RULE': (cursor) => afterWord(cursor, 'to', 'ACCESS EXCLUSIVE'),
  'CREATE STATISTICS': (cursor) => afterWord(cursor, 'from', 'SHARE UPDATE EXCLUSIVE'),
  'CREATE TABLE': createTableLocks,
  'CREATE TRIGGER': onTable('SHARE ROW EXCLUSIVE'),
  DELETE: rowLocks('delete from', 'from'),
  'DROP POLICY': onTable('ACCESS EXCLUSIVE'),
  'DROP RULE': onTable('ACCESS EXCLUSIVE'),
  'DROP TRIGGER': onTable('ACCESS EXCLUSIVE'),
  INSERT: rowLocks('insert into'),
  LOCK: lockLocks,
  MERGE: rowLocks('merge into'),
  'REFRESH MATERIALIZED VIEW': refreshLocks,
  TRUNCATE: (cursor) => {
    cursor.accept('truncate')
    cursor.accept('table')
    return all(readNames(cursor), 'ACCESS EXCLUSIVE')
  },
  UPDATE: rowLocks('update'),
  VACUUM: vacuumLocks,
}

function one(table: QualifiedName | undefined, lock: LockLevel): TableLock[] {
  return table === undefined ? [] : [{ table, lock }]
}

function all(names: readonly { name: QualifiedName }[], lock: LockLevel): TableLock[] {
  return names.map(({ name }) => ({ table: name, lock }))
}

/** `... ON [ONLY] table`: ON is reserved, and does not occur before the table. A trigger of CREATE ... FROM locks a second table. */
function onTable(lock: LockLevel): (cursor: Cursor) => TableLock[] {
  return (cursor) => afterWord(cursor, 'on', lock)
}

function afterWord(cursor: Cursor, preposition: string, lock: LockLevel): TableLock[] {
  if (!cursor.skipUntil((word) => word === preposition)) return []
  cursor.skip()
  cursor.accept('only')
  return one(cursor.name(), lock)
}

function targetLock(cursor: Cursor, kind: string, lockOf: (rest: Cursor) => LockLevel): TableLock[] {
  cursor.accept(`alter ${kind}`)
  const table = readTarget(cursor)
  return one(table, lockOf(cursor))
}

/** The kinds whose DROP locks a relation with that name. */
const RELATIONS = ['table', 'foreign table', 'view', 'materialized view', 'index', 'sequence']

function dropLocks(cursor: Cursor, { verb }: StatementKind): TableLock[] {
  const kind = verb.slice('DROP '.length).toLowerCase()
  if (!RELATIONS.includes(kind)) return []
  cursor.accept(verb.toLowerCase())
  const lock = cursor.accept('concurrently') ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE'
  cursor.accept('if exists')
  return all(readNames(cursor), lock)
}

/** `ANALYZE [(options)] [VERBOSE] table`; a CLUSTER can name its index. Without a table: every table of the database. */
function maintenanceLocks(lock: LockLevel): (cursor: Cursor) => TableLock[] {
  return (cursor) => {
    cursor.skip()
    if (cursor.isSymbol('(')) cursor.skipItem()
    while (cursor.accept('verbose') || cursor.accept('freeze') || cursor.accept('full') || cursor.accept('analyze'));
    return cursor.atEnd ? [] : all(readNames(cursor), lock)
  }
}

/** `CLUSTER [VERBOSE] table [USING index]`. */
function clusterLocks(cursor: Cursor): TableLock[] {
  const locks = maintenanceLocks('ACCESS EXCLUSIVE')(cursor)
  return cursor.accept('using') ? [...locks, ...one(cursor.name(), 'ACCESS EXCLUSIVE')] : locks
}

function vacuumLocks(cursor: Cursor): TableLock[] {
  cursor.skip()
  const isFull = cursor.isSymbol('(') ? new Cursor(cursor.group()).skipUntil((word) => word === 'full') : cursor.word() === 'full'
  cursor.rewind()
  return maintenanceLocks(isFull ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE')(cursor)
}

/** `COMMENT ON TABLE t`, `ON COLUMN t.c`, `ON CONSTRAINT c ON t`, `ON TRIGGER x ON t`, ... */
function commentLocks(cursor: Cursor): TableLock[] {
  cursor.accept('comment on')
  const kind = RELATIONS.find((words) => cursor.accept(words))
  if (kind !== undefined) return one(cursor.name(), 'SHARE UPDATE EXCLUSIVE')
  if (cursor.accept('column')) {
    const column = cursor.name()
    return column?.schema === undefined ? [] : [{ table: { name: column.schema }, lock: 'SHARE UPDATE EXCLUSIVE' }]
  }
  return /^(?:constraint|policy|rule|trigger)$/.test(cursor.word()) && cursor.word(2) !== 'on domain'
    ? afterWord(cursor, 'on', 'ACCESS SHARE')
    : []
}

function copyLocks(cursor: Cursor): TableLock[] {
  cursor.accept('copy')
  if (cursor.isSymbol('(')) return []
  const table = cursor.name()
  cursor.skipUntil((word) => word === 'from' || word === 'to')
  return one(table, cursor.word() === 'from' ? 'ROW EXCLUSIVE' : 'ACCESS SHARE')
}

function rowLocks(...phrases: readonly string[]): (cursor: Cursor) => TableLock[] {
  return (cursor) => {
    phrases.some((phrase) => cursor.accept(phrase))
    cursor.accept('only')
    return one(cursor.name(), 'ROW EXCLUSIVE')
  }
}

/** `LOCK [TABLE] names [IN mode MODE]`. */
function lockLocks(cursor: Cursor): TableLock[] {
  cursor.accept('lock')
  cursor.accept('table')
  const names = readNames(cursor)
  const mode = cursor.accept('in') ? lockLevel(cursor.textUntil('mode')) : undefined
  return all(names, mode ?? 'ACCESS EXCLUSIVE')
}

function refreshLocks(cursor: Cursor): TableLock[] {
  cursor.accept('refresh materialized view')
  const lock = cursor.accept('concurrently') ? 'EXCLUSIVE' : 'ACCESS EXCLUSIVE'
  return one(cursor.name(), lock)
}

/** What a new table refers to: its parents, and the tables of its foreign keys. */
function createTableLocks(cursor: Cursor): TableLock[] {
  const locks: TableLock[] = []
  for (; !cursor.atEnd; cursor.skip()) {
    if (cursor.accept('references')) locks.push(...one(cursor.name(), 'SHARE ROW EXCLUSIVE'))
    else if (cursor.accept('partition of')) locks.push(...one(cursor.name(), 'ACCESS EXCLUSIVE'))
    else if (cursor.word() === 'like') {
      cursor.skip()
      locks.push(...one(cursor.name(), 'ACCESS SHARE'))
    } else if (cursor.word() === 'inherits' && cursor.isSymbol('(', 1)) {
      cursor.skip(2)
      locks.push(...all(readNames(cursor), 'SHARE UPDATE EXCLUSIVE'))
    }
  }
  return locks
}

/** The strongest lock of all actions on the table, and the locks on the tables of foreign keys and partitions. */
function alterLocks(cursor: Cursor, { verb }: StatementKind): TableLock[] {
  cursor.accept(verb.toLowerCase())
  const table = readTarget(cursor)
  if (table === undefined) return []
  const own: LockLevel[] = []
  const others: TableLock[] = []
  while (!cursor.atEnd) {
    const { lock, other } = actionLock(cursor)
    own.push(lock)
    if (other !== undefined) others.push(other)
    while (!cursor.atEnd && !cursor.isSymbol(',')) cursor.skipItem()
    cursor.acceptSymbol(',')
  }
  return [{ table, lock: strongest(own) }, ...others]
}

/** "An ACCESS EXCLUSIVE lock is acquired unless explicitly noted" (manual, ALTER TABLE): these are the notes. */
function actionLock(cursor: Cursor): { lock: LockLevel; other?: TableLock } {
  if (cursor.accept('add')) return addLock(cursor)
  if (cursor.accept('validate constraint')) return { lock: 'SHARE UPDATE EXCLUSIVE' }
  if (cursor.accept('attach partition')) {
    const partition = cursor.name()
    return {
      lock: 'SHARE UPDATE EXCLUSIVE',
      ...(partition === undefined ? {} : { other: { table: partition, lock: 'ACCESS EXCLUSIVE' as const } }),
    }
  }
  if (cursor.accept('detach partition')) {
    const partition = cursor.name()
    const lock = /^(?:concurrently|finalize)$/.test(cursor.word()) ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE'
    return { lock, ...(partition === undefined ? {} : { other: { table: partition, lock } }) }
  }
  if (cursor.accept('set without cluster')) return { lock: 'SHARE UPDATE EXCLUSIVE' }
  if (cursor.accept('cluster on')) {
    const index = cursor.name()
    return {
      lock: 'SHARE UPDATE EXCLUSIVE',
      ...(index === undefined ? {} : { other: { table: index, lock: 'SHARE UPDATE EXCLUSIVE' as const } }),
    }
  }
  if (/^(?:enable|disable)$/.test(cursor.word())) {
    const isTrigger = [1, 2].some((ahead) => cursor.word(ahead) === 'trigger')
    return { lock: isTrigger ? 'SHARE ROW EXCLUSIVE' : 'ACCESS EXCLUSIVE' }
  }
  if (/^(?:set|reset)$/.test(cursor.word()) && cursor.isSymbol('(', 1)) return { lock: storageLock(cursor) }
  if (cursor.accept('alter')) {
    cursor.accept('column')
    cursor.name()
    const isSetting = /^(?:set|reset)$/.test(cursor.word()) && cursor.isSymbol('(', 1)
    return { lock: isSetting || cursor.accept('set statistics') ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE' }
  }
  return { lock: 'ACCESS EXCLUSIVE' }
}

/** The parameters of an index that need no stronger lock, its name, its partition, its statistics. */
function indexLock(cursor: Cursor): LockLevel {
  if (/^(?:attach|rename)$/.test(cursor.word())) return 'SHARE UPDATE EXCLUSIVE'
  if (cursor.accept('alter')) return 'SHARE UPDATE EXCLUSIVE'
  if (!/^(?:re)?set$/.test(cursor.word()) || !cursor.isSymbol('(', 1)) return 'ACCESS EXCLUSIVE'
  cursor.skip()
  const names = new Cursor(cursor.group())
  return /^(?:fillfactor|deduplicate_items)$/.test(names.word()) &&
    !names.skipUntil((word) => !/^(?:fillfactor|deduplicate_items|on|off|true|false)$/.test(word))
    ? 'SHARE UPDATE EXCLUSIVE'
    : 'ACCESS EXCLUSIVE'
}

function addLock(cursor: Cursor): { lock: LockLevel; other?: TableLock } {
  const constraint = isConstraint(cursor) ? readConstraint(cursor) : undefined
  if (constraint !== undefined) {
    if (constraint.type !== 'foreign key') return { lock: 'ACCESS EXCLUSIVE' }
    return { lock: 'SHARE ROW EXCLUSIVE', ...reference(constraint.references) }
  }
  cursor.accept('column')
  return { lock: 'ACCESS EXCLUSIVE', ...reference(readColumn(cursor).references) }
}

function reference(table: QualifiedName | undefined): { other?: TableLock } {
  return table === undefined ? {} : { other: { table, lock: 'SHARE ROW EXCLUSIVE' } }
}

/** Parameters of storage take SHARE UPDATE EXCLUSIVE, except those that change how the rows are read (source of the server, reloptions.c). */
function storageLock(cursor: Cursor): LockLevel {
  cursor.skip()
  const names = new Cursor(cursor.group())
  return names.skipUntil((word) => EXCLUSIVE_PARAMETERS.has(word)) ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE'
}

const EXCLUSIVE_PARAMETERS: ReadonlySet<string> = new Set(['check_option', 'security_barrier', 'security_invoker', 'user_catalog_table'])
