import type { Db } from '../../db/db.ts'
import { quoteIdent, quoteLiteral } from '../../db/quote.ts'
import type { QualifiedName } from '../../sqltext/lexer/cursor.ts'
import type { ObjectKind, SqlObject } from '../../sqltext/statements/object-kinds.ts'
import type { ParsedStatement } from '../files/parse-migration.ts'
import type { ExistingObject } from './report.ts'

/** SQL that returns one row `{present}`: the positions in `statements` whose object, of the same kind, is in the catalog. */
export function presentObjectsSql(statements: readonly ParsedStatement[]): string | undefined {
  const tests = statements.flatMap(({ kind }, i) => {
    const test = kind.object === undefined ? undefined : existsSql(kind.object)
    return test === undefined ? [] : [`CASE WHEN ${test} THEN ${i} END`]
  })
  return tests.length === 0
    ? undefined
    : `SELECT pg_catalog.to_json(pg_catalog.array_remove(ARRAY[${tests.join(', ')}]::pg_catalog.int4[], NULL::pg_catalog.int4)) AS present`
}

/**
 * A boolean SQL expression: an object with IF NOT EXISTS is already in the catalog, so its statement would do nothing. A
 * CREATE without IF NOT EXISTS fails then.
 */
export function presentSql(statements: readonly ParsedStatement[]): string | undefined {
  const tests = statements.flatMap(({ kind }) => (!kind.ifNotExists || kind.object === undefined ? [] : (existsSql(kind.object) ?? [])))
  return tests.length === 0 ? undefined : tests.join(' OR ')
}

/** Whether the object of a failed CREATE or ADD exists, with the same kind; undefined for kinds that the catalog query does not cover. */
export async function objectExists(db: Db, object: SqlObject): Promise<boolean | undefined> {
  const test = existsSql(object)
  if (test === undefined) return undefined
  const [row] = await db.query(`SELECT ${test} AS found`, [], { found: 'boolean?' })
  return row?.found === true
}

/** An object that existed before its statement ran. */
export function existingObject(
  { line, column }: ParsedStatement,
  object: SqlObject,
  how: ExistingObject['how'],
  sqlstate?: string,
): ExistingObject {
  return {
    line,
    column,
    kind: object.kind,
    name: object.name,
    ...(object.table === undefined ? {} : { table: object.table }),
    how,
    ...(sqlstate === undefined ? {} : { sqlstate }),
  }
}

/**
 * A statement that fails with SQLSTATE `code` when one of the indexes is INVALID (from a failed concurrent build), which IF NOT EXISTS
 * does not report. That of a partitioned table (relkind I) is INVALID until each partition has one.
 */
export function refuseInvalidIndexesSql(statements: readonly ParsedStatement[], code: string): string | undefined {
  const names = statements.flatMap(({ kind: { object } }) => (object?.kind === 'index' ? [qualified(object)] : []))
  if (names.length === 0) return undefined
  const list = names.map(oidOf).join(', ')
  return `DO $skills$ DECLARE bad pg_catalog.regclass; BEGIN
    SELECT indexrelid::pg_catalog.regclass INTO bad FROM pg_catalog.pg_index
     WHERE NOT indisvalid AND indexrelid OPERATOR(pg_catalog.=) ANY (ARRAY[${list}]::pg_catalog.oid[])
       AND NOT ${exists('pg_class', equal('pg_class.oid', 'indexrelid'), equal('relkind', char('I')))} LIMIT 1;
    IF bad IS NOT NULL THEN RAISE EXCEPTION 'the index % exists but is INVALID', bad USING ERRCODE = '${code}'; END IF;
  END $skills$`
}

const RELATION_KINDS: Partial<Record<ObjectKind, readonly string[]>> = {
  table: ['r', 'p'],
  'foreign table': ['f'],
  view: ['v'],
  'materialized view': ['m'],
  sequence: ['S'],
}

/**
 * A boolean SQL expression. The names of its objects follow the search_path of the file, where other roles may be able to create
 * functions and operators: all other names are qualified.
 */
function existsSql(object: SqlObject): string | undefined {
  const { kind, name } = object
  const relkinds = RELATION_KINDS[kind]
  if (relkinds !== undefined)
    return exists(
      'pg_class',
      equal('oid', oidOf(qualified(object))),
      `(${relkinds.map((letter) => equal('relkind', char(letter))).join(' OR ')})`,
    )
  const ofTable = (catalog: string, column: string, nameColumn: string, ...more: string[]): string =>
    exists(catalog, equal(column, oidOf(tableOf(object))), equal(nameColumn, nameLiteral(name)), ...more)
  const named = (catalog: string, nameColumn: string): string => exists(catalog, equal(nameColumn, nameLiteral(name)))
  const inSchema = (catalog: string, nameColumn: string, schemaColumn: string): string =>
    exists(catalog, equal(nameColumn, nameLiteral(name)), equal(schemaColumn, schemaOid(object)))
  const isType = `oid OPERATOR(pg_catalog.=) pg_catalog.to_regtype(${text(qualified(object))})::pg_catalog.oid`
  switch (kind) {
    case 'index':
      return exists('pg_index', equal('indexrelid', oidOf(qualified(object))), equal('indrelid', oidOf(tableOf(object))))
    case 'column':
      return ofTable('pg_attribute', 'attrelid', 'attname', 'NOT attisdropped')
    case 'constraint':
      return ofTable('pg_constraint', 'conrelid', 'conname')
    case 'trigger':
      return ofTable('pg_trigger', 'tgrelid', 'tgname', 'NOT tgisinternal')
    case 'policy':
      return ofTable('pg_policy', 'polrelid', 'polname')
    case 'rule':
      return ofTable('pg_rewrite', 'ev_class', 'rulename')
    case 'type':
      // the row type of a table does not count
      return exists(
        'pg_type',
        isType,
        `NOT ${exists('pg_class', equal('pg_class.oid', 'pg_type.typrelid'), `NOT ${equal('relkind', char('c'))}`)}`,
      )
    case 'domain':
      return exists('pg_type', isType, equal('typtype', char('d')))
    case 'schema':
      return named('pg_namespace', 'nspname')
    case 'text search configuration':
      return inSchema('pg_ts_config', 'cfgname', 'cfgnamespace')
    case 'text search dictionary':
      return inSchema('pg_ts_dict', 'dictname', 'dictnamespace')
    case 'text search parser':
      return inSchema('pg_ts_parser', 'prsname', 'prsnamespace')
    case 'text search template':
      return inSchema('pg_ts_template', 'tmplname', 'tmplnamespace')
    case 'extension':
      return named('pg_extension', 'extname')
    case 'role':
      return named('pg_roles', 'rolname')
    case 'publication':
      return named('pg_publication', 'pubname')
    case 'event trigger':
      return named('pg_event_trigger', 'evtname')
    default:
      return undefined
  }
}

export function exists(catalog: string, ...conditions: readonly string[]): string {
  return `EXISTS (SELECT FROM pg_catalog.${catalog} WHERE ${conditions.join(' AND ')})`
}

export function equal(column: string, value: string): string {
  return `${column} OPERATOR(pg_catalog.=) ${value}`
}

/** The OID of the relation with a name of the file; NULL when there is none. */
export function oidOf(name: string): string {
  return `pg_catalog.to_regclass(${text(name)})::pg_catalog.oid`
}

export function schemaOid({ schema }: Pick<SqlObject, 'schema'>): string {
  const name = schema === undefined ? 'pg_catalog.quote_ident(pg_catalog.current_schema()::pg_catalog.text)' : text(quoteIdent(schema))
  return `pg_catalog.to_regnamespace(${name})::pg_catalog.oid`
}

export function text(value: string): string {
  return `${quoteLiteral(value)}::pg_catalog.text`
}

/** As the server truncates the name of an object. */
export function nameLiteral(value: string): string {
  return `${quoteLiteral(value)}::pg_catalog.name`
}

export function char(letter: string): string {
  return `${quoteLiteral(letter)}::pg_catalog."char"`
}

/** A name as written in SQL, quoted. */
export function qualified({ schema, name }: QualifiedName): string {
  return schema === undefined ? quoteIdent(name) : `${quoteIdent(schema)}.${quoteIdent(name)}`
}

function tableOf({ schema, table }: SqlObject): string {
  const name = quoteIdent(table ?? '')
  return schema === undefined ? name : `${quoteIdent(schema)}.${name}`
}
