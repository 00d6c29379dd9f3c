import type { Db } from '../../db/db.ts'
import type { QualifiedName } from '../../sqltext/lexer/cursor.ts'
import { tokens, type Reading, type Sameness } from './addition.ts'
import { equal, oidOf, qualified } from './existing-objects.ts'

/** Whether the table is a partition of the parent, with the bounds of the file. */
export async function samePartition({ db, target, cursor }: Reading): Promise<Sameness> {
  const partition = cursor.name() ?? { name: '' }
  const [found] = await db.query(
    `SELECT ${equal('inhparent', oidOf(qualified(target)))} AS own, inhparent::pg_catalog.regclass::pg_catalog.text AS parent,
        pg_catalog.pg_get_expr(relpartbound, pg_class.oid) AS bounds
      FROM pg_catalog.pg_class JOIN pg_catalog.pg_inherits ON ${equal('inhrelid', 'pg_class.oid')}
      WHERE relispartition AND ${equal('pg_class.oid', oidOf(qualified(partition)))}`,
    [],
    { own: 'boolean', parent: 'text', bounds: 'text' },
  )
  if (found === undefined) return 'missing'
  const wanted = cursor.textUntil('\0')
  if (!found.own) return { difference: `${partition.name} is a partition of ${found.parent} ${found.bounds}` }
  const isSame = tokens(wanted) === tokens(found.bounds) || (await printedBounds(db, target, wanted)) === found.bounds
  return isSame ? 'same' : { difference: `${partition.name} is a partition ${found.bounds}, and the file attaches it ${wanted}` }
}

/** The bounds as the server prints them: of a partition of an empty table like the parent, which is rolled back. */
async function printedBounds(db: Db, parent: QualifiedName, bounds: string): Promise<string | undefined> {
  const [key] = await db.query(`SELECT pg_catalog.pg_get_partkeydef(${oidOf(qualified(parent))}) AS definition`, [], {
    definition: 'text?',
  })
  const outcomes = await db.pipeline([
    `SAVEPOINT skills_bounds`,
    `CREATE TEMPORARY TABLE skills_bounds_of (LIKE ${qualified(parent)}) PARTITION BY ${key?.definition ?? ''}`,
    `CREATE TEMPORARY TABLE skills_bounds_part PARTITION OF pg_temp.skills_bounds_of ${bounds}`,
    `SELECT pg_catalog.pg_get_expr(relpartbound, oid) AS bounds FROM pg_catalog.pg_class
      WHERE ${equal('oid', oidOf('pg_temp.skills_bounds_part'))}`,
  ])
  await db.exec('ROLLBACK TO SAVEPOINT skills_bounds; RELEASE SAVEPOINT skills_bounds')
  const last = outcomes.at(-1)
  return last?.ok === true ? String(last.rows[0]?.['bounds']) : undefined
}
