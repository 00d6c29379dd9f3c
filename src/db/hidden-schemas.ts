import type { Db } from './db.ts'

/**
 * The schemas of the search_path on which the role lacks USAGE, in the order of the path: PostgreSQL leaves them out, as if they did not exist.
 * All names are qualified, because it can run under the search_path of the role.
 */
export const HIDDEN_SCHEMAS = `
  SELECT n.nspname::pg_catalog.text AS name
    FROM pg_catalog.regexp_split_to_table((SELECT reset_val FROM pg_catalog.pg_settings WHERE name OPERATOR(pg_catalog.=) 'search_path'::pg_catalog.text),
           '\\s*,\\s*'::pg_catalog.text) WITH ORDINALITY AS p (entry, place)
    JOIN pg_catalog.pg_namespace n ON p.entry OPERATOR(pg_catalog.=) n.nspname::pg_catalog.text
      OR p.entry OPERATOR(pg_catalog.=) pg_catalog.quote_ident(n.nspname::pg_catalog.text)
      OR (p.entry OPERATOR(pg_catalog.=) '"$user"'::pg_catalog.text AND n.nspname OPERATOR(pg_catalog.=) current_user)
   WHERE NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE'::pg_catalog.text)
   ORDER BY p.place`

/** See HIDDEN_SCHEMAS. */
export async function hiddenSchemas(db: Db): Promise<string[]> {
  const rows = await db.run(HIDDEN_SCHEMAS, [], { name: 'text' })
  return rows.map(({ name }) => name)
}
