import { Cursor } from '../../sqltext/lexer/cursor.ts'
import { columnsIn, tokens, type Reading, type Sameness } from './addition.ts'
import { equal, nameLiteral, oidOf, qualified } from './existing-objects.ts'

/** Whether the publication has the table, with the columns and the condition of the file. */
export async function samePublishedTable({ db, target, cursor }: Reading): Promise<Sameness> {
  const table = cursor.name() ?? { name: '' }
  cursor.acceptSymbol('*')
  const columns = columnsIn(cursor).toSorted().join(', ')
  const wanted = { columns, condition: cursor.accept('where') ? tokens(cursor.textUntil('\0')) : '' }
  // both parts are new in PostgreSQL 15
  const parts =
    db.info.version < 150_000
      ? "'{}'::pg_catalog.text[] AS columns, NULL::pg_catalog.text AS condition"
      : `ARRAY(SELECT a.attname FROM pg_catalog.pg_attribute AS a WHERE ${equal('a.attrelid', 'r.prrelid')}
          AND ${equal('a.attnum', 'ANY (r.prattrs::pg_catalog.int2[])')} ORDER BY a.attname COLLATE pg_catalog."C")::pg_catalog.text[] AS columns,
        pg_catalog.pg_get_expr(r.prqual, r.prrelid) AS condition`
  const [found] = await db.query(
    `SELECT pg_catalog.array_to_string(columns, ', '::pg_catalog.text) AS columns, condition FROM (
      SELECT ${parts} FROM pg_catalog.pg_publication_rel AS r JOIN pg_catalog.pg_publication AS p ON ${equal('p.oid', 'r.prpubid')}
      WHERE ${equal('p.pubname', nameLiteral(target.name))} AND ${equal('r.prrelid', oidOf(qualified(table)))}) AS member`,
    [],
    { columns: 'text', condition: 'text?' },
  )
  if (found === undefined) return 'missing'
  const has = { columns: found.columns, condition: tokens(found.condition ?? '') }
  if (has.columns === columns && withoutParentheses(has.condition) === withoutParentheses(wanted.condition)) return 'same'
  const published = has.columns === '' ? '' : ` (${has.columns})`
  return {
    difference: `${table.name} is published${published}${found.condition === null ? ', without a condition' : ` WHERE ${found.condition}`}`,
  }
}

/** The text without the parentheses around all of it, of which WHERE has one pair more than the server prints. */
function withoutParentheses(condition: string): string {
  const cursor = new Cursor(condition)
  if (!cursor.isSymbol('(')) return condition
  const inner = cursor.group()
  cursor.skipItem()
  return cursor.atEnd ? withoutParentheses(inner.trim()) : condition
}

/** Whether the publication has the schema. */
export async function samePublishedSchema({ db, object, target }: Reading): Promise<Sameness> {
  const rows = await db.query(
    `SELECT FROM pg_catalog.pg_publication_namespace AS r JOIN pg_catalog.pg_publication AS p ON ${equal('p.oid', 'r.pnpubid')}
      JOIN pg_catalog.pg_namespace AS n ON ${equal('n.oid', 'r.pnnspid')}
      WHERE ${equal('p.pubname', nameLiteral(target.name))} AND ${equal('n.nspname', nameLiteral(object.name))}`,
  )
  return rows.length === 0 ? 'missing' : 'same'
}
