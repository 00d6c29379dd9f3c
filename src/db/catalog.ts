import { readFile } from 'node:fs/promises'
import type { Db } from './db.ts'
import { queryAside } from './query-aside.ts'
import { quoteIdent } from './quote.ts'
import { retried } from './retry.ts'

/** An object of a schema, with a text that is equal for equal definitions, whatever the name of the schema. */
export interface CatalogObject {
  /** `table`, `column`, `index`, `function`, `view`, `comment`, `grant`, `owner`, `storage`, ... */
  kind: string
  /** `skill_usage_events.latency_ms`, `unlock_skill(uuid, text, text)`. */
  name: string
  definition: string
}

/**
 * Reads everything that migrations can create in a schema, sorted by kind and name. `queryFile` is
 * `sql/catalog/objects.sql` of the package. Runs in the transaction of the caller, whatever its search_path is, and writes nothing.
 * `aliases` are other names of the schema: an object that one of them qualifies belongs to the schema.
 */
export async function readCatalog(db: Db, schema: string, queryFile: string, aliases: readonly string[] = []): Promise<CatalogObject[]> {
  const query = await readFile(queryFile, 'utf8')
  // PostgreSQL 14 added pg_get_function_sqlbody, with the bodies that it prints
  const fitting =
    db.info.version >= 140_000 ? query : query.replace('coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc)', 'p.prosrc')
  const read = (): Promise<CatalogRow[]> =>
    queryAside(db, fitting, [quoteIdent(schema)], { kind: 'text', name: 'text', definition: 'text?' })
  const rows = await retried(read)
  const names = [schema, ...aliases]
  return rows
    .filter(({ kind, definition }) => definition !== null || !PRINTED.has(kind))
    .map(({ kind, name, definition }) => withoutSchemas({ kind, name, definition: definition ?? '' }, names))
}

interface CatalogRow {
  kind: string
  name: string
  definition: string | null
}

/** Kinds of which the server prints NULL when another session has dropped the object since the query began. */
const PRINTED: ReadonlySet<string> = new Set(['constraint', 'index', 'rule', 'statistics', 'trigger'])

/** The object without the names of the schemas, so that it can be compared with one of another schema. */
export function withoutSchemas({ kind, name, definition }: CatalogObject, schemas: readonly string[]): CatalogObject {
  return { kind, name: textWithout(name, schemas), definition: textWithout(definition, schemas) }
}

/** Removes the names of the schema from deparsed SQL: `public.f(` and `"My App".f(` become `f(`; in a search_path a placeholder replaces them. */
function textWithout(text: string, schemas: readonly string[]): string {
  const spellings = new Set(schemas.flatMap((schema) => [quoteIdent(schema), plain(schema)]))
  const settings = text.replaceAll(/(?<=search_path=)[^\n]*/g, (list) =>
    list
      .split(', ')
      .map((entry) => (spellings.has(entry) ? '<schema>' : entry))
      .join(', '),
  )
  return schemas.reduce(withoutSchema, settings)
}

function withoutSchema(text: string, schema: string): string {
  return withoutWord(text.replaceAll(`${quoteIdent(schema)}.`, ''), `${plain(schema)}.`)
}

/** The name without quotes, where it needs none. */
function plain(schema: string): string {
  return /^[a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*$/.test(schema) ? schema : quoteIdent(schema)
}

/** The text without a word, where it does not end a longer one. */
function withoutWord(text: string, word: string): string {
  const [first = '', ...others] = text.split(word)
  const parts = [first]
  for (const other of others) parts.push(/[\w."]$/.test((parts.at(-1) ?? '').slice(-1)) ? word : '', other)
  return parts.join('')
}
