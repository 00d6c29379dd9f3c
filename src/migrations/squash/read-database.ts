import { readFile } from 'node:fs/promises'
import { readCatalog } from '../../db/catalog.ts'
import type { Db } from '../../db/db.ts'
import { quoteIdent } from '../../db/quote.ts'
import { unqualified } from '../dump/names.ts'

/** What a database has beyond the definitions and rows of its schema. */
export interface DatabaseFacts {
  /** `table notes`, `schema audit`, `large objects`: each with what identifies it. */
  objects: ReadonlyMap<string, string>
  /** By object: `owner of table notes`, `rows of table audit.log`. */
  aspects: ReadonlyMap<string, { object: string; text: string }>
}

export interface DatabaseQueries {
  /** `sql/catalog/database.sql`. */
  databaseQuery: string
  /** `sql/catalog/objects.sql`. */
  catalogQuery: string
}

/** Other schemas, and tables whose rows are not those of `readRows`. */
const SCHEMAS = `
  SELECT n.nspname AS name FROM pg_namespace n
  WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN (:'schema', 'information_schema') ORDER BY 1`

const FILLED = `
  SELECT n.nspname AS schema, c.relname AS name, CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'table' END AS kind
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    AND ((c.relkind = 'r' AND n.nspname <> :'schema') OR (c.relkind = 'm' AND c.relispopulated))`

/** Reads owners, privileges and comments of all objects, and the other schemas with their rows. `omit`: tables of the schema that do not count. */
export async function readDatabase(
  db: Db,
  { databaseQuery, catalogQuery }: DatabaseQueries,
  omit: readonly string[],
): Promise<DatabaseFacts> {
  const query = await readFile(databaseQuery, 'utf8')
  return db.transaction({ readOnly: true, isolation: 'repeatable read' }, async () => {
    const objects = new Map<string, string>()
    const aspects = new Map<string, { object: string; text: string }>()
    const add = (aspect: string, object: string, text: string): void => {
      if (aspect === '') objects.set(object, text)
      else aspects.set(`${aspect} of ${object}`, { object, text })
    }
    const found = await db.run(query, [JSON.stringify(omit)], { aspect: 'text', kind: 'text', name: 'text', text: 'text' })
    for (const { aspect, kind, name, text } of found) add(aspect, `${kind} ${unqualified(name, db.info.schema)}`.trim(), text)
    for (const { name } of await db.run(SCHEMAS, [], { name: 'text' })) {
      for (const { kind, name: object, definition } of await readCatalog(db, name, catalogQuery))
        add('definition', `${kind} ${name}.${object}`, definition)
    }
    for (const { schema, name, kind } of await db.run(FILLED, [], { schema: 'text', name: 'text', kind: 'text' })) {
      const table = `${quoteIdent(schema)}.${quoteIdent(name)}`
      const [row] = await db.run(
        `SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C")) AS digest FROM ONLY ${table} t`,
        [],
        {
          digest: 'text?',
        },
      )
      add('rows', `${kind} ${schema === db.info.schema ? name : `${schema}.${name}`}`, row?.digest ?? '')
    }
    return { objects, aspects }
  })
}

/** What differs, sorted. Of an object that only one of them has, nothing else is listed. */
export function databaseDifferences(old: DatabaseFacts, now: DatabaseFacts): string[] {
  const objects = new Set(keysOf(old.objects, now.objects).filter((key) => old.objects.get(key) !== now.objects.get(key)))
  const aspects = keysOf(old.aspects, now.aspects).filter((key) => {
    const [one, other] = [old.aspects.get(key), now.aspects.get(key)]
    return one?.text !== other?.text && !objects.has(one?.object ?? other?.object ?? '')
  })
  return [...objects, ...aspects].toSorted()
}

function keysOf(one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): string[] {
  return [...new Set([...one.keys(), ...other.keys()])]
}
