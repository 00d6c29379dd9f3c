import type { Db } from '../../db/db.ts'
import { quoteLiteral } from '../../db/quote.ts'
import { Cursor, type QualifiedName } from '../../sqltext/lexer/cursor.ts'
import { readTarget } from '../../sqltext/statements/alter.ts'
import type { SqlObject } from '../../sqltext/statements/object-kinds.ts'
import type { ParsedStatement } from '../files/parse-migration.ts'
import { char, equal, exists, nameLiteral, oidOf, qualified, schemaOid, text } from './existing-objects.ts'

/** `missing`: the catalog has nothing of the kind, so the failure has another cause. Otherwise how the existing one differs. */
export type Sameness = 'same' | 'missing' | { difference: string }

/**
 * Whether what an ALTER would add is there already, for additions that the server identifies by more than a name: a primary key, an
 * identity, a partition, a parent, a member of a publication. Undefined for all others. Call it in a transaction. All its names are
 * qualified: it runs under the search_path of the file.
 */
export async function samenessOf(db: Db, statement: ParsedStatement, code: string): Promise<Sameness | undefined> {
  const { object } = statement.kind
  if (object === undefined) return undefined
  const reading: Reading = { db, object, ...readAddition(statement) }
  if (code === '42P16') return samePrimaryKey(reading)
  if (object.kind === 'constraint' && code === '55000') return sameIndex(reading)
  return READERS[object.kind]?.(reading)
}

interface Reading {
  db: Db
  object: SqlObject
  /** The table or publication that the statement changes. */
  target: QualifiedName
  /** After the words that say what is added. */
  cursor: Cursor
}

const READERS: Partial<Record<SqlObject['kind'], (reading: Reading) => Promise<Sameness>>> = {
  identity: sameIdentity,
  partition: samePartition,
  parent: sameParent,
  'published table': samePublishedTable,
  'published schema': samePublishedSchema,
  'operator family member': sameFamilyMembers,
  'text search mapping': sameMapping,
}

function readAddition(statement: ParsedStatement): { target: QualifiedName; cursor: Cursor } {
  const cursor = new Cursor(statement.text)
  cursor.skip(statement.kind.verb.split(' ').length)
  const target = readTarget(cursor) ?? { name: '' }
  const phrase = ['attach partition', 'inherit', 'add tables in schema', 'add table', 'alter column', 'alter', 'add'].find((words) =>
    cursor.accept(words),
  )
  if (phrase === 'add table') cursor.accept('only')
  return { target, cursor }
}

async function samePrimaryKey({ db, target, cursor }: Reading): Promise<Sameness> {
  if (cursor.accept('constraint')) cursor.name()
  cursor.accept('primary key')
  const [found] = await db.query(
    `SELECT pg_catalog.pg_get_constraintdef(oid) AS definition FROM pg_catalog.pg_constraint
      WHERE ${equal('conrelid', oidOf(qualified(target)))} AND ${equal('contype', char('p'))}`,
    [],
    { definition: 'text' },
  )
  if (found === undefined) return 'missing'
  const existing = new Cursor(found.definition)
  existing.accept('primary key')
  const has = keyText(existing)
  const wanted = cursor.accept('using index') ? await indexKey(db, target, cursor) : keyText(cursor)
  return wanted === has ? 'same' : { difference: `the primary key of the table is ${has}, and the file adds ${wanted}` }
}

/** `(a, b)`, `(a) include (b) deferrable initially deferred`. */
function keyText(cursor: Cursor): string {
  const columns = `(${columnsIn(cursor).join(', ')})`
  const included = cursor.accept('include') ? ` include (${columnsIn(cursor).join(', ')})` : ''
  let deferral = ''
  while (!cursor.atEnd) {
    if (cursor.accept('initially deferred')) deferral = ' deferrable initially deferred'
    else if (cursor.accept('not deferrable')) deferral = ''
    else if (cursor.accept('deferrable')) deferral ||= ' deferrable'
    else cursor.skipItem()
  }
  return `${columns}${included}${deferral}`
}

/** The names in the parentheses that follow. */
function columnsIn(cursor: Cursor): string[] {
  const names: string[] = []
  if (!cursor.acceptSymbol('(')) return names
  while (!cursor.atEnd && !cursor.acceptSymbol(')')) {
    const name = cursor.name()?.name
    if (name !== undefined) names.push(name)
    while (!cursor.atEnd && !cursor.isSymbol(',') && !cursor.isSymbol(')')) cursor.skipItem()
    cursor.acceptSymbol(',')
  }
  return names
}

/** The key that USING INDEX would make of an index; `an index that does not exist` when there is none. */
async function indexKey(db: Db, target: QualifiedName, cursor: Cursor): Promise<string> {
  const index = cursor.name()
  const [found] = await db.query(
    `SELECT pg_catalog.pg_get_indexdef(indexrelid) AS definition FROM pg_catalog.pg_index
      WHERE ${equal('indexrelid', oidOf(qualified({ ...target, name: index?.name ?? '' })))}`,
    [],
    { definition: 'text' },
  )
  if (found === undefined) return 'an index that does not exist'
  const definition = new Cursor(found.definition)
  definition.skipUntil((word) => word === 'using')
  definition.skip(2)
  // the rest of the definition is that of the index: only the statement says whether the constraint is deferrable
  const list = definition.group()
  return keyText(new Cursor(`(${list}) ${cursor.textUntil('\0')}`))
}

/** A constraint that was made of the index before: the index has its name since then. */
async function sameIndex({ db, object, target }: Reading): Promise<Sameness> {
  const rows = await db.query(
    `SELECT FROM pg_catalog.pg_constraint
      WHERE ${equal('conrelid', oidOf(qualified(target)))} AND ${equal('conname', nameLiteral(object.name))}`,
  )
  return rows.length === 0 ? 'missing' : 'same'
}

async function sameIdentity({ db, object, target, cursor }: Reading): Promise<Sameness> {
  cursor.name()
  cursor.accept('add generated')
  const [found] = await db.query(
    `SELECT attidentity::pg_catalog.text AS kind FROM pg_catalog.pg_attribute
      WHERE ${equal('attrelid', oidOf(qualified(target)))} AND ${equal('attname', nameLiteral(object.name))}`,
    [],
    { kind: 'text' },
  )
  const has = IDENTITIES[found?.kind ?? '']
  if (has === undefined) return 'missing'
  const wanted = cursor.word() === 'always' ? 'ALWAYS' : 'BY DEFAULT'
  return has === wanted
    ? 'same'
    : { difference: `the column is GENERATED ${has} AS IDENTITY, and the file adds GENERATED ${wanted} AS IDENTITY` }
}

const IDENTITIES: Readonly<Record<string, string>> = { a: 'ALWAYS', d: 'BY DEFAULT' }

async function samePartition({ db, target, cursor }: Reading): Promise<Sameness> {
  const partition = cursor.name() ?? { name: '' }
  const [found] = await db.query(
    `SELECT ${equal('inhparent', oidOf(qualified(target)))} AS own, inhparent::pg_catalog.regclass::pg_catalog.text AS parent,
        pg_catalog.pg_get_expr(relpartbound, pg_class.oid) AS bounds
      FROM pg_catalog.pg_class JOIN pg_catalog.pg_inherits ON ${equal('inhrelid', 'pg_class.oid')}
      WHERE relispartition AND ${equal('pg_class.oid', oidOf(qualified(partition)))}`,
    [],
    { own: 'boolean', parent: 'text', bounds: 'text' },
  )
  if (found === undefined) return 'missing'
  const wanted = cursor.textUntil('\0')
  if (!found.own) return { difference: `${partition.name} is a partition of ${found.parent} ${found.bounds}` }
  const isSame = tokens(wanted) === tokens(found.bounds) || (await printedBounds(db, target, wanted)) === found.bounds
  return isSame ? 'same' : { difference: `${partition.name} is a partition ${found.bounds}, and the file attaches it ${wanted}` }
}

function tokens(source: string): string {
  const all: string[] = []
  for (const cursor = new Cursor(source); !cursor.atEnd; cursor.skip()) all.push(cursor.word() || cursor.source())
  return all.join(' ')
}

/** The bounds as the server prints them: of a partition of an empty table like the parent, which is rolled back. */
async function printedBounds(db: Db, parent: QualifiedName, bounds: string): Promise<string | undefined> {
  const [key] = await db.query(`SELECT pg_catalog.pg_get_partkeydef(${oidOf(qualified(parent))}) AS definition`, [], {
    definition: 'text?',
  })
  const outcomes = await db.pipeline([
    `SAVEPOINT skills_bounds`,
    `CREATE TEMPORARY TABLE skills_bounds_of (LIKE ${qualified(parent)}) PARTITION BY ${key?.definition ?? ''}`,
    `CREATE TEMPORARY TABLE skills_bounds_part PARTITION OF pg_temp.skills_bounds_of ${bounds}`,
    `SELECT pg_catalog.pg_get_expr(relpartbound, oid) AS bounds FROM pg_catalog.pg_class
      WHERE ${equal('oid', oidOf('pg_temp.skills_bounds_part'))}`,
  ])
  await db.exec('ROLLBACK TO SAVEPOINT skills_bounds; RELEASE SAVEPOINT skills_bounds')
  const last = outcomes.at(-1)
  return last?.ok === true ? String(last.rows[0]?.['bounds']) : undefined
}

async function sameParent({ db, target, cursor }: Reading): Promise<Sameness> {
  const rows = await db.query(
    `SELECT FROM pg_catalog.pg_inherits
      WHERE ${equal('inhrelid', oidOf(qualified(target)))} AND ${equal('inhparent', oidOf(qualified(cursor.name() ?? { name: '' })))}`,
  )
  return rows.length === 0 ? 'missing' : 'same'
}

async function samePublishedTable({ db, target, cursor }: Reading): Promise<Sameness> {
  const table = cursor.name() ?? { name: '' }
  cursor.acceptSymbol('*')
  const columns = columnsIn(cursor).toSorted().join(', ')
  const wanted = { columns, condition: cursor.accept('where') ? tokens(cursor.textUntil('\0')) : '' }
  // both parts are new in PostgreSQL 15
  const parts =
    db.info.version < 150_000
      ? "'{}'::pg_catalog.text[] AS columns, NULL::pg_catalog.text AS condition"
      : `ARRAY(SELECT a.attname FROM pg_catalog.pg_attribute AS a WHERE ${equal('a.attrelid', 'r.prrelid')}
          AND ${equal('a.attnum', 'ANY (r.prattrs::pg_catalog.int2[])')} ORDER BY a.attname COLLATE pg_catalog."C")::pg_catalog.text[] AS columns,
        pg_catalog.pg_get_expr(r.prqual, r.prrelid) AS condition`
  const [found] = await db.query(
    `SELECT pg_catalog.array_to_string(columns, ', '::pg_catalog.text) AS columns, condition FROM (
      SELECT ${parts} FROM pg_catalog.pg_publication_rel AS r JOIN pg_catalog.pg_publication AS p ON ${equal('p.oid', 'r.prpubid')}
      WHERE ${equal('p.pubname', nameLiteral(target.name))} AND ${equal('r.prrelid', oidOf(qualified(table)))}) AS member`,
    [],
    { columns: 'text', condition: 'text?' },
  )
  if (found === undefined) return 'missing'
  const has = { columns: found.columns, condition: tokens(found.condition ?? '') }
  if (has.columns === columns && withoutParentheses(has.condition) === withoutParentheses(wanted.condition)) return 'same'
  const published = has.columns === '' ? '' : ` (${has.columns})`
  return {
    difference: `${table.name} is published${published}${found.condition === null ? ', without a condition' : ` WHERE ${found.condition}`}`,
  }
}

/** The text without the parentheses around all of it, of which WHERE has one pair more than the server prints. */
function withoutParentheses(condition: string): string {
  const cursor = new Cursor(condition)
  if (!cursor.isSymbol('(')) return condition
  const inner = cursor.group()
  cursor.skipItem()
  return cursor.atEnd ? withoutParentheses(inner.trim()) : condition
}

async function samePublishedSchema({ db, object, target }: Reading): Promise<Sameness> {
  const rows = await db.query(
    `SELECT FROM pg_catalog.pg_publication_namespace AS r JOIN pg_catalog.pg_publication AS p ON ${equal('p.oid', 'r.pnpubid')}
      JOIN pg_catalog.pg_namespace AS n ON ${equal('n.oid', 'r.pnnspid')}
      WHERE ${equal('p.pubname', nameLiteral(target.name))} AND ${equal('n.nspname', nameLiteral(object.name))}`,
  )
  return rows.length === 0 ? 'missing' : 'same'
}

/** Each item is identified by its number and its two types. */
async function sameFamilyMembers({ db, target, cursor }: Reading): Promise<Sameness> {
  cursor.accept('using')
  const method = cursor.name()?.name ?? ''
  cursor.accept('add')
  const tests = cursor
    .textUntil('\0')
    .split(/,(?=\s*(?:operator|function)\s+\d)/i)
    .map((item) => memberTest(new Cursor(item)))
  const [row] = await db.query(
    `SELECT ${tests.join(' AND ')} AS found FROM pg_catalog.pg_opfamily AS f JOIN pg_catalog.pg_am AS m ON ${equal('m.oid', 'f.opfmethod')}
      WHERE ${equal('m.amname', nameLiteral(method))} AND ${equal('f.opfname', nameLiteral(target.name))}
      AND ${target.schema === undefined ? 'pg_catalog.pg_opfamily_is_visible(f.oid)' : equal('f.opfnamespace', schemaOid(target))}`,
    [],
    { found: 'boolean?' },
  )
  return row?.found === true ? 'same' : 'missing'
}

/** `OPERATOR 1 <(a, b)`, `FUNCTION 1 (a, b) f(a, b)`, `FUNCTION 1 f(a, b)`. */
function memberTest(cursor: Cursor): string {
  const isOperator = cursor.word() === 'operator'
  const number = Number(cursor.source(1))
  cursor.skip(2)
  while (!cursor.atEnd && !cursor.isSymbol('(')) cursor.skip()
  const types = cursor.group().split(',')
  const [left, right] = [types[0] ?? '', types.at(-1) ?? ''].map((type) => `pg_catalog.to_regtype(${text(type.trim())})::pg_catalog.oid`)
  const conditions = isOperator
    ? [
        equal('amopfamily', 'f.oid'),
        equal('amopstrategy', `${number}::pg_catalog.int2`),
        equal('amoplefttype', left ?? ''),
        equal('amoprighttype', right ?? ''),
      ]
    : [
        equal('amprocfamily', 'f.oid'),
        equal('amprocnum', `${number}::pg_catalog.int2`),
        equal('amproclefttype', left ?? ''),
        equal('amprocrighttype', right ?? ''),
      ]
  return exists(isOperator ? 'pg_amop' : 'pg_amproc', ...conditions)
}

async function sameMapping({ db, target, cursor }: Reading): Promise<Sameness> {
  cursor.accept('mapping for')
  const tokenTypes = namesIn(cursor).map(({ name }) => text(name))
  cursor.accept('with')
  const wanted = namesIn(cursor).map((name) => `${quoteLiteral(qualified(name))}::pg_catalog.regdictionary::pg_catalog.oid`)
  const mapped = `ARRAY(SELECT m.mapdict FROM pg_catalog.pg_ts_config_map AS m WHERE ${equal('m.mapcfg', 'c.oid')} AND ${equal('m.maptokentype', 't.tokid')} ORDER BY m.mapseqno)`
  const rows = await db.query(
    `SELECT t.alias, ${mapped}::pg_catalog.regdictionary[]::pg_catalog.text AS found, ${equal(mapped, `ARRAY[${wanted.join(', ')}]`)} AS same
      FROM pg_catalog.pg_ts_config AS c, pg_catalog.ts_token_type(c.cfgparser) AS t
      WHERE ${equal('c.oid', `${quoteLiteral(qualified(target))}::pg_catalog.regconfig::pg_catalog.oid`)}
      AND ${equal('t.alias', `ANY (ARRAY[${tokenTypes.join(', ')}])`)}`,
    [],
    { alias: 'text', found: 'text', same: 'boolean' },
  )
  const other = rows.find(({ same }) => !same)
  return other === undefined ? 'same' : { difference: `${other.alias} is mapped to ${other.found}` }
}

/** Names separated by commas. */
function namesIn(cursor: Cursor): QualifiedName[] {
  const names: QualifiedName[] = []
  do names.push(cursor.name() ?? { name: '' })
  while (cursor.acceptSymbol(','))
  return names
}
