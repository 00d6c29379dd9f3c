import { inOwnFile, isNew, readNames, type HazardGroup, type Subject } from './context.ts'
import { hazard, nameOf, type Hazard, type HazardType } from './hazard.ts'

const INDEX_NOT_CONCURRENT: HazardType = {
  code: 'INDEX_NOT_CONCURRENT',
  title: 'CREATE INDEX blocks writes to the table while it builds the index',
  when: '`CREATE INDEX` without `CONCURRENTLY`',
  lock: 'SHARE',
  effect: 'SHARE, scan',
  squawk: ['require-concurrent-index-creation'],
  example: 'CREATE INDEX orders_customer_idx ON orders (customer_id);',
}

const DROP_INDEX_NOT_CONCURRENT: HazardType = {
  code: 'DROP_INDEX_NOT_CONCURRENT',
  title: 'DROP INDEX takes the strongest lock on the table',
  when: '`DROP INDEX` without `CONCURRENTLY`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE on the index and its table, short',
  squawk: ['require-concurrent-index-deletion'],
  example: 'DROP INDEX orders_customer_idx;',
}

const REINDEX_NOT_CONCURRENT: HazardType = {
  code: 'REINDEX_NOT_CONCURRENT',
  title: 'REINDEX blocks reads and writes while it rebuilds the index',
  when: '`REINDEX` without `CONCURRENTLY`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'SHARE on the table, ACCESS EXCLUSIVE on the index, scan',
  squawk: ['require-concurrent-reindex'],
  example: 'REINDEX TABLE orders;',
}

export const indexes: HazardGroup = {
  types: [INDEX_NOT_CONCURRENT, DROP_INDEX_NOT_CONCURRENT, REINDEX_NOT_CONCURRENT],
  statements: { 'CREATE INDEX': createIndexHazards, 'DROP INDEX': dropIndexHazards, REINDEX: reindexHazards },
}

/** IF NOT EXISTS takes the lock even when the index exists. */
function createIndexHazards({ cursor, kind, context }: Subject): Hazard[] {
  if (kind.outsideTransaction !== undefined || !cursor.skipUntil((word) => word === 'on')) return []
  cursor.skip()
  cursor.accept('only')
  const table = cursor.name()
  if (isNew(context, table)) return []
  return [
    hazard(INDEX_NOT_CONCURRENT, {
      table,
      message: `CREATE INDEX blocks writes to ${nameOf(table)} while it reads the whole table`,
      advice: `CREATE INDEX CONCURRENTLY${inOwnFile(context)} (for a partitioned table: CREATE INDEX ON ONLY, then one on each partition, then ATTACH)`,
      offset: 0,
    }),
  ]
}

function dropIndexHazards({ cursor, kind, context }: Subject): Hazard[] {
  if (kind.outsideTransaction !== undefined) return []
  cursor.accept('drop index')
  cursor.accept('if exists')
  return readNames(cursor)
    .filter(({ name }) => !isNew(context, name))
    .map(({ name, offset }) =>
      hazard(DROP_INDEX_NOT_CONCURRENT, {
        message: `DROP INDEX locks the table of ${nameOf(name)}; the lock is short but waits for every query on the table`,
        advice: `DROP INDEX CONCURRENTLY${inOwnFile(context)} (not possible for the index of a constraint or of a partitioned table)`,
        offset,
      }),
    )
}

/** Planning a query opens all indexes of its tables, so reads wait too. */
function reindexHazards({ cursor, kind, context }: Subject): Hazard[] {
  if (kind.outsideTransaction?.endsWith(' CONCURRENTLY') === true) return []
  cursor.skip()
  if (cursor.isSymbol('(')) cursor.skipItem()
  const what = cursor.word()
  cursor.skip()
  const { start } = cursor.peek()
  const name = cursor.name()
  if ((what === 'index' || what === 'table') && isNew(context, name)) return []
  const subject = name === undefined ? 'the database' : what === 'index' ? `the index ${nameOf(name)}` : nameOf(name)
  return [
    hazard(REINDEX_NOT_CONCURRENT, {
      table: what === 'table' ? name : undefined,
      message: `REINDEX locks each index of ${subject} while it builds it (and the table with SHARE); new queries on the table wait too`,
      advice: what === 'system' ? 'run it in a maintenance window' : `REINDEX ${what.toUpperCase()} CONCURRENTLY${inOwnFile(context)}`,
      offset: name === undefined ? 0 : start,
    }),
  ]
}
