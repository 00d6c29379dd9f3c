import { hazard, nameOf, type Hazard, type Subject } from './hazard.ts'
import { apart, isNew } from './hazard-context.ts'
import { readNames } from './names.ts'

/** `CREATE INDEX` without CONCURRENTLY; IF NOT EXISTS takes the lock even when the index is there. */
export function createIndexHazards({ cursor, kind, context }: Subject): Hazard[] {
  if (kind.outsideTransaction !== undefined || !cursor.skipUntil((word) => word === 'on')) return []
  cursor.skip()
  cursor.accept('only')
  const table = cursor.name()
  if (isNew(context, table)) return []
  return [
    hazard({
      code: 'INDEX_NOT_CONCURRENT',
      lock: 'SHARE',
      table,
      message: `nobody can write to ${nameOf(table)} while CREATE INDEX reads the whole of it`,
      advice: `CREATE INDEX CONCURRENTLY${apart(context)} (a partitioned table: CREATE INDEX ON ONLY, then one on each partition, then ATTACH)`,
      offset: 0,
    }),
  ]
}

/** `DROP INDEX` without CONCURRENTLY. */
export function dropIndexHazards({ cursor, kind, context }: Subject): Hazard[] {
  if (kind.outsideTransaction !== undefined) return []
  cursor.accept('drop index')
  cursor.accept('if exists')
  return readNames(cursor)
    .filter(({ name }) => !isNew(context, name))
    .map(({ name, offset }) =>
      hazard({
        code: 'DROP_INDEX_NOT_CONCURRENT',
        lock: 'ACCESS EXCLUSIVE',
        message: `DROP INDEX locks the table of ${nameOf(name)}; the lock is short but waits for every query on it`,
        advice: `DROP INDEX CONCURRENTLY${apart(context)} (not for the index of a constraint or of a partitioned table)`,
        offset,
      }),
    )
}

/** `REINDEX` without CONCURRENTLY: each plan of a query opens all indexes of its tables, so readers wait too. */
export function reindexHazards({ cursor, kind, context }: Subject): Hazard[] {
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
    hazard({
      code: 'REINDEX_NOT_CONCURRENT',
      lock: 'ACCESS EXCLUSIVE',
      table: what === 'table' ? name : undefined,
      message: `REINDEX locks each index of ${subject} while it is built (SHARE on its table); new queries on the table wait too`,
      advice: what === 'system' ? 'do it in a maintenance window' : `REINDEX ${what.toUpperCase()} CONCURRENTLY${apart(context)}`,
      offset: name === undefined ? 0 : start,
    }),
  ]
}
