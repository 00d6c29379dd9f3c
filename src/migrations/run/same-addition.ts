import type { Db } from '../../db/db.ts'
import { Cursor, type QualifiedName } from '../../sqltext/lexer/cursor.ts'
import { readTarget } from '../../sqltext/statements/alter.ts'
import type { SqlObject } from '../../sqltext/statements/object-kinds.ts'
import type { ParsedStatement } from '../files/parse-migration.ts'
import type { Reading, Sameness } from './addition.ts'
import { equal, nameLiteral, oidOf, qualified } from './existing-objects.ts'
import { sameFamilyMembers, sameMapping } from './same-members.ts'
import { samePartition } from './same-partition.ts'
import { samePrimaryKey } from './same-primary-key.ts'
import { samePublishedSchema, samePublishedTable } from './same-published.ts'

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

async function sameParent({ db, target, cursor }: Reading): Promise<Sameness> {
  const rows = await db.query(
    `SELECT FROM pg_catalog.pg_inherits
      WHERE ${equal('inhrelid', oidOf(qualified(target)))} AND ${equal('inhparent', oidOf(qualified(cursor.name() ?? { name: '' })))}`,
  )
  return rows.length === 0 ? 'missing' : 'same'
}
