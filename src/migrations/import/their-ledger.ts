import { SkillsError } from '../../core/errors.ts'
import type { Db } from '../../db/db.ts'
import { quoteIdent, quoteLiteral } from '../../db/quote.ts'
import { withSkillsErrors } from '../../db/skills-error.ts'
import type { LedgerEntry } from '../layouts/import-rules.ts'

export interface LedgerName {
  /** Undefined: wherever it is. */
  schema?: string | undefined
  table: string
}

/** Finds the ledger of another tool. Returns its name, qualified and quoted. Throws NOT_IMPORTED. */
export async function findTheirLedger(db: Db, tool: string, { schema, table }: LedgerName): Promise<string> {
  const found = await db.run(
    `select n.nspname as schema, c.relkind::text as kind from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relname = $1::text and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%' order by 1`,
    [table],
    { schema: 'text', kind: 'text' },
  )
  const wanted = schema === undefined ? [db.info.schema, ...db.info.otherSchemas] : [schema]
  const known = wanted.flatMap((name) => found.find((one) => one.schema === name) ?? [])
  const [chosen] = known.length > 0 || schema !== undefined ? known : found
  if (chosen === undefined || (known.length === 0 && found.length > 1)) {
    const where = chosen === undefined ? `not in this database` : `in several schemas: ${found.map((one) => one.schema).join(', ')}`
    throw refused(
      `the ledger ${schema === undefined ? table : `${schema}.${table}`} of ${tool} is ${where}`,
      'name it with --from-ledger SCHEMA.TABLE; where nothing is applied yet, write the folder alone with --files-only',
    )
  }
  const name = `${quoteIdent(chosen.schema)}.${quoteIdent(table)}`
  // the functions of a view would run with the privileges of this connection
  if (chosen.kind !== 'r' && chosen.kind !== 'p') throw refused(`${name} is not a table`, 'name the ledger with --from-ledger SCHEMA.TABLE')
  return name
}

/** All rows. Columns of types that the database defines are omitted: their casts to JSON are code of their owners. */
export async function readTheirLedger(db: Db, name: string): Promise<LedgerEntry[]> {
  const columns = await db.run(
    `select a.attname as name from pg_attribute a join pg_type t on t.oid = a.atttypid
      where a.attrelid = ${quoteLiteral(name)}::regclass and a.attnum > 0 and not a.attisdropped and t.typnamespace = 'pg_catalog'::regnamespace`,
    [],
    { name: 'text' },
  )
  if (columns.length === 0) return []
  const list = columns.map((column) => quoteIdent(column.name)).join(', ')
  const grants = [`GRANT SELECT ON ${name} TO ${quoteIdent(db.info.user)}`]
  return withSkillsErrors(db, { action: `read ${name}`, grants }, async () => {
    const rows = await db.run(`select to_jsonb(l) as entry from (select ${list} from ${name}) l`, [], { entry: 'object' })
    return rows.map(({ entry }) => entry)
  })
}

/** Nothing was written. */
export function refused(message: string, hint: string): SkillsError {
  return new SkillsError('NOT_IMPORTED', message, { hint: `nothing was written; ${hint}` })
}
