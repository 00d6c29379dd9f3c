import { quoteLiteral } from '../../db/quote.ts'
import { Cursor, type QualifiedName } from '../../sqltext/lexer/cursor.ts'
import type { Reading, Sameness } from './addition.ts'
import { equal, exists, nameLiteral, qualified, schemaOid, text } from './existing-objects.ts'

/** Whether the operator family has the members. Each is identified by its number and its two types. */
export async function sameFamilyMembers({ db, target, cursor }: Reading): Promise<Sameness> {
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

/** Whether the text search configuration has the dictionaries of the file. */
export async function sameMapping({ db, target, cursor }: Reading): Promise<Sameness> {
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
