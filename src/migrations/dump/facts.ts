import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Columns, RowOf } from '../../db/columns.ts'
import type { Db } from '../../db/db.ts'
import { OWN_SETTINGS, withSchema as inSchema } from '../../db/own-statement.ts'
import { searchPath } from '../../db/quote.ts'
import { withSchema, type Naming } from './names.ts'

/** Everything that a dump needs of the catalogs, as the queries of `sql/dump` return it. */
export type Facts = { readonly [name in keyof typeof QUERIES]: readonly RowOf<(typeof QUERIES)[name]>[] } & { readonly texts: Texts }

/** What PostgreSQL prints of an object; names of the schema have no qualifier. */
export interface Texts {
  /** Undefined where the object has no such text. */
  of(kind: string, oid: number, part?: number): string | undefined
}

export type Relation = Facts['relations'][number]
export type Column = Facts['columns'][number]
export type Constraint = Facts['constraints'][number]
export type Sequence = Facts['sequences'][number]
export type Routine = Facts['routines'][number]
export type TypeFacts = Facts['types'][number]

/** A query for each file of `sql/dump`, with its columns. */
const QUERIES = {
  relations: {
    oid: 'number',
    kind: 'text',
    name: 'text',
    unlogged: 'boolean',
    is_partition: 'boolean',
    options: 'texts',
    row_security: 'boolean',
    forced: 'boolean',
    replica_identity: 'text',
    populated: 'boolean',
    access_method: 'text?',
    parents: 'texts',
    own_order: 'boolean',
    row_type: 'number?',
    array_type: 'number?',
    of_type: 'text?',
    owner: 'text',
    server: 'text?',
    server_options: 'texts',
  },
  columns: {
    relation: 'number',
    number: 'number',
    name: 'text',
    not_null: 'boolean',
    identity: 'text',
    generated: 'text',
    is_local: 'boolean',
    storage: 'text?',
    compression: 'text?',
    statistics: 'number?',
    options: 'texts',
    server_options: 'texts',
    default_oid: 'number?',
    collation: 'text?',
    not_null_name: 'text?',
    not_null_oid: 'number?',
    not_null_constraint: 'text?',
    not_null_no_inherit: 'boolean',
    not_null_not_valid: 'boolean',
    parent_not_null: 'boolean',
  },
  sequences: {
    oid: 'number',
    type: 'text',
    start: 'text',
    increment: 'text',
    minimum: 'text',
    maximum: 'text',
    cache: 'text',
    cycles: 'boolean',
    dependence: 'text?',
    relation: 'number?',
    column: 'number?',
    usual_name: 'boolean?',
  },
  constraints: {
    oid: 'number',
    kind: 'text',
    name: 'text',
    relation: 'number?',
    domain: 'number?',
    index: 'number?',
    validated: 'boolean',
    is_local: 'boolean',
    of_parent: 'boolean',
  },
  indexes: {
    oid: 'number',
    relation: 'number',
    name: 'text',
    partitioned: 'boolean',
    valid: 'boolean',
    clustered: 'boolean',
    replica_identity: 'boolean',
    of_constraint: 'boolean',
    parent_oid: 'number?',
    parent: 'text?',
    statistics: 'texts',
  },
  types: {
    oid: 'number',
    kind: 'text',
    name: 'text',
    array_type: 'number?',
    relation: 'number?',
    owner: 'text',
    labels: 'texts',
    not_null: 'boolean',
    has_default: 'boolean',
    collation: 'text?',
    not_null_name: 'text?',
    has_canonical: 'boolean?',
    difference: 'text?',
    operator_class: 'text?',
    range_collation: 'text?',
    multirange_oid: 'number?',
    multirange_array: 'number?',
    multirange: 'text?',
  },
  routines: {
    oid: 'number',
    kind: 'text',
    name: 'text',
    signature: 'text',
    owner: 'text',
    settings: 'texts',
    aggregate_kind: 'text?',
    direct_arguments: 'number?',
    transition: 'text?',
    space: 'text?',
    final: 'text?',
    final_extra: 'boolean?',
    final_modify: 'text?',
    combine: 'text?',
    serial: 'text?',
    deserial: 'text?',
    initial: 'text?',
    moving: 'text?',
    inverse: 'text?',
    moving_space: 'text?',
    moving_final: 'text?',
    moving_final_extra: 'boolean?',
    moving_final_modify: 'text?',
    moving_initial: 'text?',
    sort: 'text?',
    parallel: 'text',
  },
  attached: {
    kind: 'text',
    oid: 'number',
    relation: 'number',
    name: 'text',
    setting: 'text',
    of_parent: 'boolean',
    permissive: 'boolean?',
    command: 'text?',
    roles: 'texts',
  },
  'other-objects': { class: 'text', oid: 'number', kind: 'text', name: 'text', statement: 'text?' },
  comments: { class: 'text', oid: 'number', part: 'number', text: 'text' },
  privileges: {
    class: 'text?',
    oid: 'number?',
    part: 'number',
    kind: 'text',
    command: 'text',
    role: 'text?',
    grantee: 'text',
    grantable: 'boolean',
    privileges: 'text',
  },
  dependencies: { class: 'text', oid: 'number', needed_class: 'text', needed_oid: 'number' },
} as const satisfies Record<string, Columns>

/** Reads them in one transaction with one snapshot, in three round trips. `omit`: relations that are no part of the dump. */
export async function readFacts(db: Db, folder: string, omit: readonly string[]): Promise<Facts> {
  const { schema } = db.info
  return db.transaction({ readOnly: true, isolation: 'repeatable read' }, () =>
    readAll(db, folder, { schema, omit, path: searchPath(schema) }),
  )
}

/** Reads the objects of a schema in the transaction of the caller; in the texts, every name outside pg_catalog has its schema. */
export async function readQualifiedFacts(db: Db, folder: string, schema: string): Promise<Facts> {
  await db.exec(`SAVEPOINT ${SAVEPOINT}; ${OWN_SETTINGS}`)
  try {
    return qualifiedFacts(await readAll(db, folder, { schema, omit: [], path: searchPath('pg_catalog') }), withSchema(schema))
  } finally {
    await db.exec(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}; RELEASE SAVEPOINT ${SAVEPOINT}`)
  }
}

const SAVEPOINT = 'skills_print'

/** Puts the schema before the names of its objects. */
function qualifiedFacts(facts: Facts, { prefix }: Naming): Facts {
  const named = <T extends { name: string }>(rows: readonly T[]): T[] => rows.map((row) => ({ ...row, name: prefix + row.name }))
  return {
    ...facts,
    relations: named(facts.relations),
    routines: named(facts.routines),
    types: named(facts.types).map((type) => ({ ...type, multirange: type.multirange === null ? null : prefix + type.multirange })),
  }
}

interface Reading {
  schema: string
  omit: readonly string[]
  /** The search_path for the texts. */
  path: string
}

async function readAll(db: Db, folder: string, { schema, omit, path: searched }: Reading): Promise<Facts> {
  const read = async <N extends keyof typeof QUERIES>(name: N): Promise<[N, RowOf<(typeof QUERIES)[N]>[]]> => {
    const sql = inSchema(await readFile(path.join(folder, `${name}.sql`), 'utf8'), schema)
    return [name, await db.run(sql, name === 'relations' ? [JSON.stringify(omit)] : [], QUERIES[name])]
  }
  const names = Object.keys(QUERIES) as (keyof typeof QUERIES)[]
  const [, ...entries] = await Promise.all([db.exec(SAME_VALUES), ...names.map(read)])
  const facts = Object.fromEntries(entries) as unknown as Omit<Facts, 'texts'>
  return { ...facts, texts: await readTexts(db, folder, facts, searched) }
}

/** The values in defaults, checks and indexes are written in the same way for every role, database and server. */
const SAME_VALUES = [
  ['timezone', 'UTC'],
  ['datestyle', 'ISO, MDY'],
  ['intervalstyle', 'postgres'],
  ['extra_float_digits', '1'],
  ['bytea_output', 'hex'],
  ['xmlbinary', 'base64'],
]
  .map(([name, value]) => `SET LOCAL ${name} TO '${value}'`)
  .join('; ')

async function readTexts(db: Db, folder: string, { relations, routines, types }: Omit<Facts, 'texts'>, searched: string): Promise<Texts> {
  const sql = await readFile(path.join(folder, 'texts.sql'), 'utf8')
  await db.exec(`SET LOCAL search_path TO ${searched}`)
  const rows = await db.query(
    sql,
    [oidList(relations), oidList(routines.filter(({ kind }) => kind !== 'a')), oidList(routines), oidList(types)],
    {
      kind: 'text',
      oid: 'number',
      part: 'number',
      text: 'text?',
    },
  )
  const texts = new Map(rows.map(({ kind, oid, part, text }) => [`${kind} ${oid} ${part}`, text ?? undefined]))
  return { of: (kind, oid, part = 0) => texts.get(`${kind} ${oid} ${part}`) }
}

/** A literal of the type oid[]. */
function oidList(rows: readonly { oid: number }[]): string {
  return `{${rows.map(({ oid }) => oid).join(',')}}`
}
