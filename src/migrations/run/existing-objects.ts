import type { Db } from '../../db/db.ts'
import { quoteIdent, quoteLiteral } from '../../db/quote.ts'
import type { ObjectKind, SqlObject } from '../../sqltext/statements/object-kinds.ts'
import type { ParsedStatement } from '../files/parse-migration.ts'
import type { ExistingObject } from './report.ts'

/** SQL that returns one row `{present}`: the positions in `statements` whose object, of the same kind, is in the catalog. */
export function presentObjectsSql(statements: readonly ParsedStatement[]): string | undefined {
  const tests = statements.flatMap(({ kind }, i) => {
    const test = kind.object === undefined ? undefined : existsSql(kind.object)
    return test === undefined ? [] : [`CASE WHEN ${test} THEN ${i} END`]
  })
  return tests.length === 0 ? undefined : `SELECT to_json(array_remove(ARRAY[${tests.join(', ')}]::int[], NULL)) AS present`
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
  const [row] = await db.query<{ found: boolean }>(`SELECT ${test} AS found`)
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

/** A statement that fails with SQLSTATE `code` when one of the indexes is INVALID (from a failed concurrent build), which IF NOT EXISTS does not report. */
export function refuseInvalidIndexesSql(statements: readonly ParsedStatement[], code: string): string | undefined {
  const names = statements.flatMap(({ kind: { object } }) => (object?.kind === 'index' ? [relation(object)] : []))
  if (names.length === 0) return undefined
  const list = names.map((name) => `to_regclass(${quoteLiteral(name)})`).join(', ')
  return `DO $skills$ DECLARE bad regclass; BEGIN
    SELECT indexrelid::regclass INTO bad FROM pg_catalog.pg_index WHERE NOT indisvalid AND indexrelid = ANY (ARRAY[${list}]::oid[]) LIMIT 1;
    IF bad IS NOT NULL THEN RAISE EXCEPTION 'the index % exists but is INVALID', bad USING ERRCODE = '${code}'; END IF;
  END $skills$`
}

const RELATION_KINDS: Partial<Record<ObjectKind, string>> = {
  table: "'r','p'",
  'foreign table': "'f'",
  view: "'v'",
  'materialized view': "'m'",
  sequence: "'S'",
}

/** A boolean SQL expression; names follow the search_path. */
function existsSql(object: SqlObject): string | undefined {
  const { kind, name } = object
  const relkinds = RELATION_KINDS[kind]
  if (relkinds !== undefined)
    return `EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = to_regclass(${quoteLiteral(relation(object))}) AND relkind IN (${relkinds}))`
  const ofTable = (catalog: string, column: string, nameColumn: string, extra = ''): string =>
    `EXISTS (SELECT FROM pg_catalog.${catalog} WHERE ${column} = to_regclass(${quoteLiteral(tableOf(object))}) AND ${nameColumn} = ${quoteLiteral(name)}${extra})`
  const named = (catalog: string, nameColumn: string): string =>
    `EXISTS (SELECT FROM pg_catalog.${catalog} WHERE ${nameColumn} = ${quoteLiteral(name)})`
  switch (kind) {
    case 'index':
      return `EXISTS (SELECT FROM pg_catalog.pg_index WHERE indexrelid = to_regclass(${quoteLiteral(relation(object))}) AND indrelid = to_regclass(${quoteLiteral(tableOf(object))}))`
    case 'column':
      return ofTable('pg_attribute', 'attrelid', 'attname', ' AND NOT attisdropped')
    case 'constraint':
      return ofTable('pg_constraint', 'conrelid', 'conname')
    case 'trigger':
      return ofTable('pg_trigger', 'tgrelid', 'tgname', ' AND NOT tgisinternal')
    case 'policy':
      return ofTable('pg_policy', 'polrelid', 'polname')
    case 'rule':
      return ofTable('pg_rewrite', 'ev_class', 'rulename')
    case 'type':
      // the row type of a table does not count
      return `EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.oid = to_regtype(${quoteLiteral(relation(object))}) AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')))`
    case 'domain':
      return `EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.oid = to_regtype(${quoteLiteral(relation(object))}) AND t.typtype = 'd')`
    case 'schema':
      return named('pg_namespace', 'nspname')
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

function relation({ schema, name }: SqlObject): string {
  return schema === undefined ? quoteIdent(name) : `${quoteIdent(schema)}.${quoteIdent(name)}`
}

function tableOf({ schema, table }: SqlObject): string {
  const name = quoteIdent(table ?? '')
  return schema === undefined ? name : `${quoteIdent(schema)}.${name}`
}
