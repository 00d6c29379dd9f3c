import type { Db } from '../../db/db.ts'
import { Cursor, type QualifiedName } from '../../sqltext/lexer/cursor.ts'
import { columnsIn, type Reading, type Sameness } from './addition.ts'
import { char, equal, oidOf, qualified } from './existing-objects.ts'

/** Whether the table has the primary key of the file. */
export async function samePrimaryKey({ db, target, cursor }: Reading): Promise<Sameness> {
  if (cursor.accept('constraint')) cursor.name()
  cursor.accept('primary key')
  const [found] = await db.query(
    `SELECT pg_catalog.pg_get_constraintdef(oid) AS definition FROM pg_catalog.pg_constraint
      WHERE ${equal('conrelid', oidOf(qualified(target)))} AND ${equal('contype', char('p'))}`,
    [],
    { definition: 'text' },
  )
  if (found === undefined) return 'missing'
  const existing = new Cursor(found.definition)
  existing.accept('primary key')
  const has = keyText(existing)
  const wanted = cursor.accept('using index') ? await indexKey(db, target, cursor) : keyText(cursor)
  return wanted === has ? 'same' : { difference: `the primary key of the table is ${has}, and the file adds ${wanted}` }
}

/** `(a, b)`, `(a) include (b) deferrable initially deferred`. */
function keyText(cursor: Cursor): string {
  const columns = `(${columnsIn(cursor).join(', ')})`
  const included = cursor.accept('include') ? ` include (${columnsIn(cursor).join(', ')})` : ''
  let deferral = ''
  while (!cursor.atEnd) {
    if (cursor.accept('initially deferred')) deferral = ' deferrable initially deferred'
    else if (cursor.accept('not deferrable')) deferral = ''
    else if (cursor.accept('deferrable')) deferral ||= ' deferrable'
    else cursor.skipItem()
  }
  return `${columns}${included}${deferral}`
}

/** The key that USING INDEX would make of an index; `an index that does not exist` when there is none. */
async function indexKey(db: Db, target: QualifiedName, cursor: Cursor): Promise<string> {
  const index = cursor.name()
  const [found] = await db.query(
    `SELECT pg_catalog.pg_get_indexdef(indexrelid) AS definition FROM pg_catalog.pg_index
      WHERE ${equal('indexrelid', oidOf(qualified({ ...target, name: index?.name ?? '' })))}`,
    [],
    { definition: 'text' },
  )
  if (found === undefined) return 'an index that does not exist'
  const definition = new Cursor(found.definition)
  definition.skipUntil((word) => word === 'using')
  definition.skip(2)
  // the rest of the definition is that of the index: only the statement says whether the constraint is deferrable
  const list = definition.group()
  return keyText(new Cursor(`(${list}) ${cursor.textUntil('\0')}`))
}
