import type { Db } from '../../db/db.ts'

/** The rows of the tables of a schema, as text, and where its sequences are. */
export interface RowFacts {
  /** By the quoted name of the table. */
  tables: ReadonlyMap<string, TableRows>
  /** By the quoted name: `17, true`, as setval takes it. Only sequences that are not at their start. */
  sequences: ReadonlyMap<string, string>
}

export interface TableRows {
  /** Quoted names. */
  columns: readonly string[]
  hasIdentity: boolean
  /** `('1', 'x')`, in the order of the table; undefined when there are more than the limit. */
  rows: readonly string[] | undefined
}

/** More rows than these are data, and not a part of the schema. */
export const MOST_ROWS = 10_000

/** Every server reads these formats in the same way, whatever its settings are. */
const UNAMBIGUOUS = [
  ['timezone', 'UTC'],
  ['datestyle', 'ISO, MDY'],
  ['intervalstyle', 'iso_8601'],
  ['extra_float_digits', '1'],
  ['bytea_output', 'hex'],
  ['lc_monetary', 'C'],
]
  .map(([name, value]) => `SET LOCAL ${name} TO '${value}'`)
  .join('; ')

const TABLES = `
  SELECT quote_ident(c.relname) AS name, coalesce(jsonb_agg(quote_ident(a.attname) ORDER BY a.attnum) FILTER (WHERE a.attname IS NOT NULL), '[]') AS columns,
    coalesce(bool_or(a.attidentity <> ''), false) AS identity
  FROM pg_class c
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = :'schema') AND c.relkind = 'r'
    AND c.relname::text NOT IN (SELECT json_array_elements_text($1::text::json))
  GROUP BY c.oid, c.relname ORDER BY c.relname`

const SEQUENCES = `
  SELECT quote_ident(c.relname) AS name, s.seqstart::text AS start
  FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid
  WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = :'schema') ORDER BY c.relname`

/** Reads them in one transaction. `omit`: tables that do not count, such as the ledger. */
export async function readRows(db: Db, omit: readonly string[]): Promise<RowFacts> {
  return db.transaction({ readOnly: true, isolation: 'repeatable read' }, async () => {
    await db.exec(UNAMBIGUOUS)
    const found = await db.run(TABLES, [JSON.stringify(omit)], { name: 'text', columns: 'texts', identity: 'boolean' })
    const tables = new Map<string, TableRows>()
    for (const { name, columns, identity: hasIdentity } of found)
      tables.set(name, { columns, hasIdentity, rows: await rowsOf(db, name, columns) })
    const sequences = new Map<string, string>()
    for (const { name, start } of await db.run(SEQUENCES, [], { name: 'text', start: 'text' })) {
      const [row] = await db.run(`SELECT last_value::text AS value, is_called AS called FROM :"schema".${name}`, [], {
        value: 'text',
        called: 'boolean',
      })
      if (row !== undefined && (row.called || row.value !== start)) sequences.set(name, `${row.value}, ${row.called}`)
    }
    return { tables, sequences }
  })
}

async function rowsOf(db: Db, table: string, columns: readonly string[]): Promise<string[] | undefined> {
  const values = columns.map((column) => `quote_nullable(t.${column}::text)`)
  const text = values.length === 0 ? `'()'` : `'(' || concat_ws(', ', ${values.join(', ')}) || ')'`
  const rows = await db.run(`SELECT ${text} AS row FROM ONLY :"schema".${table} t ORDER BY t.ctid LIMIT ${MOST_ROWS + 1}`, [], {
    row: 'text',
  })
  if (rows.length > MOST_ROWS) return undefined
  return rows.map(({ row }) => row)
}
