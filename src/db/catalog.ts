import { readFile } from 'node:fs/promises'
import type { Db, Row } from './db.ts'
import { quoteIdent } from './quote.ts'

/** An object of a schema with a text that is the same for the same definition, whatever the schema is called. */
export interface CatalogObject {
  /** `table`, `column`, `index`, `function`, `view`, `comment`, `grant`, `owner`, `storage`, ... */
  kind: string
  /** `skill_usage_events.latency_ms`, `unlock_skill(uuid, text, text)`. */
  name: string
  definition: string
}

/**
 * Reads everything that migrations can make in a schema, sorted by kind and name. `queryFile` is
 * `sql/catalog/objects.sql` of the package. Runs on the caller's transaction or none, and writes nothing.
 * `aliases` are further names of the schema: what one of them qualifies counts as its own.
 */
export async function readCatalog(db: Db, schema: string, queryFile: string, aliases: readonly string[] = []): Promise<CatalogObject[]> {
  const query = await readFile(queryFile, 'utf8')
  // pg_get_function_sqlbody came with PostgreSQL 14 and the bodies it tells of
  const fitting =
    db.info.version >= 140_000 ? query : query.replace('coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc)', 'p.prosrc')
  const rows = await db.query<CatalogObject & Row>(fitting, [quoteIdent(schema)])
  const names = [schema, ...aliases]
  return rows.map(({ kind, name, definition }) => ({
    kind,
    name: withoutSchemas(name, names),
    definition: withoutSchemas(definition ?? '', names),
  }))
}

/** Takes the schema's own names out of deparsed SQL: `public.f(` and `"My App".f(` become `f(`; a search_path that names it keeps a placeholder. */
function withoutSchemas(text: string, schemas: readonly string[]): string {
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
  return text.replaceAll(`${quoteIdent(schema)}.`, '').replaceAll(new RegExp(`(?<![\\w."])${escapeRegExp(plain(schema))}\\.`, 'g'), '')
}

/** The name as the server prints it where it needs no quotes. */
function plain(schema: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(schema) ? schema : quoteIdent(schema)
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
