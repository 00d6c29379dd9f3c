import { readFile } from 'node:fs/promises'
import type { Db, Row } from './db.ts'
import { quoteIdent } from './quote.ts'

/** An object of a schema with a text that is the same for the same definition, whatever the schema is called. */
export interface CatalogObject {
  /** `table`, `column`, `index`, `function`, `view`, `comment`, ... */
  kind: string
  /** `skill_usage_events.latency_ms`, `unlock_skill(uuid, text, text)`. */
  name: string
  definition: string
}

/**
 * Reads everything that migrations can make in a schema, sorted by kind and name. `queryFile` is
 * `sql/catalog/objects.sql` of the package. Runs on the caller's transaction or none, and writes nothing.
 */
export async function readCatalog(db: Db, schema: string, queryFile: string): Promise<CatalogObject[]> {
  const query = await readFile(queryFile, 'utf8')
  // pg_get_function_sqlbody came with PostgreSQL 14 and the bodies it tells of
  const fitting =
    db.info.version >= 140_000 ? query : query.replace('coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc)', 'p.prosrc')
  const rows = await db.query<CatalogObject & Row>(fitting, [quoteIdent(schema)])
  return rows.map(({ kind, name, definition }) => ({
    kind,
    name: withoutSchema(name, schema),
    definition: withoutSchema(definition ?? '', schema),
  }))
}

/** Takes the schema's own name out of deparsed SQL: `public.f(` and `"My App".f(` become `f(`; a setting that names it keeps a placeholder. */
function withoutSchema(text: string, schema: string): string {
  const plain = /^[a-z_][a-z0-9_$]*$/.test(schema) ? schema : quoteIdent(schema)
  const settings = text
    .replaceAll(`search_path=${quoteIdent(schema)}`, 'search_path=<schema>')
    .replaceAll(`search_path=${plain}`, 'search_path=<schema>')
  return settings.replaceAll(`${quoteIdent(schema)}.`, '').replaceAll(new RegExp(`(?<![\\w."])${escapeRegExp(plain)}\\.`, 'g'), '')
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
