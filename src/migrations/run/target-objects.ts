import type { Db } from '../../db/db.ts'
import { onlyRow } from '../../db/columns.ts'
import { quoteIdent } from '../../db/quote.ts'
import type { Name, OutsideTarget } from '../../sqltext/statements/outside-target.ts'
import { char, equal, exists, nameLiteral, oidOf, qualified, text } from './existing-objects.ts'

// SQL about the objects of a statement that runs outside a transaction. Its names follow the search_path of the file, so all other
// names are qualified.

/** The OIDs of the objects that the statement creates or removes and that exist now. */
export async function presentObjects(db: Db, target: OutsideTarget): Promise<string[]> {
  const list = `SELECT coalesce(pg_catalog.json_agg(oid::pg_catalog.text), '[]'::pg_catalog.json) AS oids FROM (${objectsSql(target)}) AS objects (oid)`
  return onlyRow(await db.query(list, [], { oids: 'texts' })).oids
}

/** Whether the objects show that the statement was completed after `before` was written. */
export function isCompleted({ does }: OutsideTarget, before: readonly string[], now: readonly string[]): boolean {
  if (does === 'creates') return now.some((oid) => !before.includes(oid))
  return does === 'removes' && before.length > 0 && now.length === 0
}

function objectsSql(target: OutsideTarget): string {
  switch (target.kind) {
    case 'database':
      if (target.does === 'rebuilds') return copiesSql(target)
      return byName('pg_database', 'datname', target.name)
    case 'tablespace':
      return byName('pg_tablespace', 'spcname', target.name)
    case 'subscription':
      return byName('pg_subscription', 'subname', target.name)
    case 'prepared transaction':
      return `SELECT transaction FROM pg_catalog.pg_prepared_xacts WHERE gid OPERATOR(pg_catalog.=) ${text(target.name)}`
    case 'partition':
      return `SELECT inhrelid FROM pg_catalog.pg_inherits WHERE ${attached(target)}`
    case 'index':
      if (target.does === 'creates') return `SELECT indexrelid FROM ${INDEXES} WHERE ${createdIndex(target)}`
      return target.does === 'removes'
        ? `SELECT oid FROM pg_catalog.pg_class WHERE ${equal('oid', oidOf(qualified(target.index)))}`
        : copiesSql(target)
    default:
      return copiesSql(target)
  }
}

export interface InvalidIndex {
  /** Qualified and quoted. */
  name: string
  /** The OID of its table. */
  table: string
}

/**
 * The INVALID indexes that the statement left: the index of its name on its table; of a nameless index and of the copies that REINDEX
 * CONCURRENTLY makes, those that were not there `before`. Not the INVALID index of a partitioned table (relkind I), which is valid when
 * each partition has one, nor an index that belongs to such an index or to a constraint.
 */
export async function invalidIndexes(db: Db, target: OutsideTarget, before: readonly string[]): Promise<InvalidIndex[]> {
  const own = ownIndexes(target)
  if (own === undefined) return []
  const isNew =
    target.kind === 'index' && target.does === 'creates' && target.name !== undefined
      ? 'true'
      : `NOT ${text(JSON.stringify(before))}::pg_catalog.jsonb OPERATOR(pg_catalog.?) indexrelid::pg_catalog.text`
  return db.query(
    `SELECT pg_catalog.format('%I.%I'::pg_catalog.text, nspname, relname) AS name, indrelid::pg_catalog.text AS "table"
       FROM ${INDEXES} JOIN pg_catalog.pg_namespace ON ${equal('pg_namespace.oid', 'relnamespace')}
      WHERE NOT indisvalid AND ${equal('relkind', char('i'))} AND ${own} AND ${isNew}
        AND NOT ${exists('pg_inherits', equal('inhrelid', 'indexrelid'))}
        AND NOT ${exists('pg_constraint', equal('conindid', 'indexrelid'))}`,
    [],
    { name: 'text', table: 'text' },
  )
}

function ownIndexes(target: OutsideTarget): string | undefined {
  if (target.does === 'rebuilds') return copies(target)
  return target.does === 'creates' && target.kind === 'index' ? createdIndex(target) : undefined
}

const INDEXES = 'pg_catalog.pg_index JOIN pg_catalog.pg_class ON pg_class.oid OPERATOR(pg_catalog.=) indexrelid'

/** An index is in the schema of its table. A nameless one gets a name that begins with that of the table. */
function createdIndex({ table, name }: Extract<OutsideTarget, { does: 'creates'; kind: 'index' }>): string {
  const ofTable = equal('indrelid', oidOf(qualified(table)))
  const fits =
    name === undefined
      ? `pg_catalog.starts_with(relname::pg_catalog.text, ${text([...table.name].slice(0, LONGEST_PREFIX).join(''))})`
      : equal('relname', nameLiteral(name))
  return `${ofTable} AND ${fits}`
}

/** The server cuts the name of the table in the name of an index; so short it never does. */
const LONGEST_PREFIX = 7

type Rebuild = Extract<OutsideTarget, { does: 'rebuilds' }>

function copiesSql(target: Rebuild): string {
  return `SELECT indexrelid FROM ${INDEXES} WHERE NOT indisvalid AND ${copies(target)}`
}

/** The names that REINDEX CONCURRENTLY gives to the new index until it is done, and to the old one until it is dropped. */
function copies(target: Rebuild): string {
  return `relname::pg_catalog.text OPERATOR(pg_catalog.~) '_cc(new|old)[0-9]*$'::pg_catalog.text AND ${scope(target)}`
}

function scope({ kind, of }: Rebuild): string {
  if (kind === 'database') return 'true'
  if (kind === 'schema') return equal('relnamespace', `pg_catalog.to_regnamespace(${text(quoteIdent(of.name))})::pg_catalog.oid`)
  const oid = oidOf(qualified(of))
  const table = kind === 'table' ? oid : `(SELECT indrelid FROM pg_catalog.pg_index WHERE ${equal('indexrelid', oid)})`
  const tables = `SELECT ${table} UNION ALL SELECT relid::pg_catalog.oid FROM pg_catalog.pg_partition_tree(${table}::pg_catalog.regclass)`
  return `(indrelid OPERATOR(pg_catalog.=) ANY (${tables})
    OR indrelid OPERATOR(pg_catalog.=) ANY (SELECT reltoastrelid FROM pg_catalog.pg_class WHERE oid OPERATOR(pg_catalog.=) ANY (${tables})))`
}

/** The statement that completes DETACH PARTITION ... CONCURRENTLY when its first half is done; undefined when it is not. */
export async function finalizeSql(db: Db, target: OutsideTarget): Promise<string | undefined> {
  if (target.kind !== 'partition' || db.info.version < 140_000) return undefined
  const rows = await db.query(`SELECT FROM pg_catalog.pg_inherits WHERE inhdetachpending AND ${attached(target)}`)
  return rows.length === 0 ? undefined : `ALTER TABLE ${qualified(target.table)} DETACH PARTITION ${qualified(target.partition)} FINALIZE`
}

function attached({ table, partition }: { table: Name; partition: Name }): string {
  return `${equal('inhparent', oidOf(qualified(table)))} AND ${equal('inhrelid', oidOf(qualified(partition)))}`
}

function byName(catalog: string, column: string, name: string): string {
  return `SELECT oid FROM pg_catalog.${catalog} WHERE ${equal(column, nameLiteral(name))}`
}
