import { quoteIdent, quoteLiteral } from './quote.ts'

/** The forms in which the server writes values: those that this program reads. A role or a database can have others. */
export const FORMS = [
  ['DateStyle', 'ISO, MDY'],
  ['IntervalStyle', 'postgres'],
  ['extra_float_digits', '1'],
  ['bytea_output', 'hex'],
  ['quote_all_identifiers', 'off'],
] as const

/**
 * The settings of every transaction with statements of this package. Functions, operators and types are looked up in
 * pg_catalog alone: a role that can create objects in another schema cannot replace one (CVE-2018-1058). Temporary objects come
 * last, and never count as functions or operators. A statement on a table whose rows are hidden from the role fails. Values have the
 * forms of `FORMS`, and names in the answers of the catalog are quoted where they must be, whatever the settings of the role are.
 */
export const OWN_SETTINGS = [
  'SET LOCAL search_path TO pg_catalog, pg_temp',
  'SET LOCAL row_security TO off',
  ...FORMS.map(([name, value]) => `SET LOCAL ${name} TO '${value}'`),
].join('; ')

/**
 * The settings of a statement or transaction that only reads. A view or foreign table in the place of one of our tables, which a
 * role with CREATE on the schema can add while the name is free, would run code of its owner with the privileges of the reader:
 * the server refuses it. Writing transactions do without, because triggers of the user may read views. Versions before August 2024
 * do not have the setting.
 */
export function readingSettings(version: number): string {
  const first = TABLES_ONLY_SINCE[Math.floor(version / 10_000)] ?? 0
  return version >= first ? `${OWN_SETTINGS}; SET LOCAL restrict_nonsystem_relation_kind TO 'view, foreign-table'` : OWN_SETTINGS
}

/** By major version; later ones always have it. */
const TABLES_ONLY_SINCE: Readonly<Record<number, number>> = { 13: 130_016, 14: 140_013, 15: 150_008, 16: 160_004 }

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
