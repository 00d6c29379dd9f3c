import { quoteIdent, quoteLiteral } from './quote.ts'

/**
 * The settings of every transaction with statements of this package. Functions, operators and types are looked up in
 * pg_catalog alone: a role that can create objects in another schema cannot replace one (CVE-2018-1058). Temporary objects come
 * last, and never count as functions or operators. A statement on a table whose rows are hidden from the role fails.
 */
export const OWN_SETTINGS = 'SET LOCAL search_path TO pg_catalog, pg_temp; SET LOCAL row_security TO off'

/**
 * A statement of this package for one schema: `:"schema"` becomes its quoted name, `:'schema'` its name as a string, as psql does
 * with `-v schema=NAME`. Strings, quoted names, comments and bodies in dollar quotes stay as they are.
 */
export function withSchema(sql: string, schema: string): string {
  const values = new Map([
    [':"schema"', quoteIdent(schema)],
    [":'schema'", quoteLiteral(schema)],
  ])
  return sql.replaceAll(TOKEN, (token) => values.get(token) ?? token)
}

// linear: reads only statements of this package
const TOKEN = /:"schema"|:'schema'|'[^']*'|"[^"]*"|--[^\n]*|\/\*[^]*?\*\/|(\$(?:[A-Za-z_]\w*)?\$)[^]*?\1/g
