import { groupedBy } from '../../core/grouped-by.ts'
import type { Db } from '../../db/db.ts'
import type { PrintedObject } from '../../db/printed-object.ts'
import { columnKey, keyOf, type DumpObject } from './dump-object.ts'
import { commentOf, commentsOf, dependenciesOf, objectsOf } from './dump-schema.ts'
import { readQualifiedFacts, type Facts } from './facts.ts'
import { INVALID } from './indexes.ts'
import { withSchema, type Naming } from './names.ts'
import { orderObjects, type Dependencies, type PlacedObject } from './order.ts'
import { privilegeStatements } from './privileges.ts'
import { tableColumns, unquotedName, type PrintedColumn } from './tables.ts'
import { typeParts } from './types.ts'

/**
 * Prints each object of a schema for itself, with its parts, in the order in which they can be created. Runs in the transaction of the
 * caller, and writes nothing. `queries` is the folder `sql/dump` of the package.
 */
export async function printSchema(db: Db, queries: string, schema: string): Promise<PrintedObject[]> {
  const facts = await readQualifiedFacts(db, queries, schema)
  return new Printer(facts, withSchema(schema)).objects()
}

class Printer {
  readonly #facts: Facts
  readonly #naming: Naming
  readonly #dependencies: Dependencies
  readonly #comments: ReadonlyMap<string, string>
  readonly #grants: ReadonlyMap<string, readonly string[]>
  /** The keys of the reading of the catalog, by the row of the catalog. */
  readonly #keys: ReadonlyMap<string, string>
  readonly #relations: ReadonlyMap<string, Facts['relations'][number]>
  readonly #types: ReadonlyMap<string, Facts['types'][number]>
  readonly #routines: ReadonlyMap<string, Facts['routines'][number]>

  constructor(facts: Facts, naming: Naming) {
    this.#facts = facts
    this.#naming = naming
    this.#dependencies = dependenciesOf(facts)
    this.#comments = commentsOf(facts)
    this.#grants = privilegeStatements(facts).ofObjects
    this.#keys = keysOf(facts, naming)
    this.#relations = new Map(facts.relations.map((relation) => [keyOf('pg_class', relation.oid), relation]))
    this.#types = new Map(facts.types.map((type) => [keyOf('pg_type', type.oid), type]))
    this.#routines = new Map(facts.routines.map((routine) => [keyOf('pg_proc', routine.oid), routine]))
  }

  objects(): PrintedObject[] {
    const { objects } = orderObjects(objectsOf(this.#facts, this.#dependencies, this.#naming), this.#dependencies)
    const printed = new Map<string, PrintedObject>()
    const columns = groupedBy(tableColumns(this.#facts, this.#naming), ({ table: { oid } }) => oid)
    const apart = new Map<string, string[]>()
    for (const placed of objects.filter(isPrinted)) {
      const object = { ...placed, statement: placed.statement.replace(INVALID, '') }
      const key = this.#keyOf(object)
      if (key === undefined) {
        // the attachment of a partition or index, the rows of a materialized view
        const [of = ''] = object.needs ?? []
        const whole = this.#keys.get(of) ?? ''
        apart.set(whole, [...(apart.get(whole) ?? []), object.statement, ...object.after])
        continue
      }
      const parts = (object.parts ?? []).map((part) => part.object()).filter(({ id }) => id !== '')
      const own = [this.#object(key, object), ...this.#columns(object, columns), ...this.#identities(object)]
      for (const one of [...own, ...parts.flatMap((part) => this.#part(key, part))]) if (!printed.has(one.key)) printed.set(one.key, one)
    }
    for (const [key, statements] of apart) printed.get(key)?.attach.push(...statements)
    // an index is attached to one that exists
    const all = [...printed.values()]
    return [...all.filter((object) => !isAttachedIndex(object)), ...all.filter(isAttachedIndex)]
  }

  #keyOf({ keys }: DumpObject): string | undefined {
    const [first = ''] = keys
    return this.#keys.get(first.replace(BODY, ''))
  }

  #object(key: string, object: DumpObject & { statement: string }): PrintedObject {
    const own = object.keys.map((one) => one.replace(BODY, ''))
    const [first = ''] = own
    const keys = [...object.targets.keys()]
    const target = object.targets.get(first) ?? [...object.targets.values()][0] ?? ''
    const statement = object.statement.replace(/^CREATE OR REPLACE (?=FUNCTION|PROCEDURE|VIEW)/, 'CREATE ')
    return {
      key,
      whole: this.#wholeOf(object),
      inline: false,
      create: statement === '' ? [] : [statement, ...object.after],
      attach: [],
      comments: keys.flatMap((one) => commentOf(object, one, this.#comments)),
      grants: keys.flatMap((one) => this.#grants.get(one) ?? []),
      owner: this.#ownerOf(first, target),
      drop: dropOf(target, [statement]),
      target,
      needs: this.#needs(key, own, object.needs ?? []),
      ...typeParts(this.#facts, { relation: this.#relations.get(first), type: this.#types.get(first) }),
    }
  }

  #columns(object: DumpObject, columns: ReadonlyMap<number, readonly PrintedColumn[]>): PrintedObject[] {
    const table = this.#relations.get(object.keys[0] ?? '')
    if (object.rank !== 'table' || table === undefined) return []
    const whole = this.#keys.get(keyOf('pg_class', table.oid)) ?? ''
    return (columns.get(table.oid) ?? []).map(({ column, name, create, drop, parts }) => {
      const at = columnKey(table.oid, column.number)
      const value = column.default_oid === null ? [] : [keyOf('pg_attrdef', column.default_oid)]
      return {
        key: `column ${unquotedName(table.name.slice(this.#naming.prefix.length))}.${unquotedName(name)}`,
        whole,
        inline: true,
        create,
        attach: [],
        comments: commentOf(object, at, this.#comments),
        grants: [...(this.#grants.get(at) ?? [])],
        owner: null,
        drop,
        target: object.targets.get(at) ?? '',
        needs: this.#needs('', value, []),
        column: parts,
      }
    })
  }

  /** The sequences of identity columns: they come with the table. */
  #identities({ targets, keys: [first = ''] }: DumpObject): PrintedObject[] {
    const whole = this.#keys.get(first) ?? ''
    return [...targets].flatMap(([at, target]) => {
      const key = this.#keys.get(at)
      if (at === first || key?.startsWith('sequence ') !== true) return []
      const comments = commentOf({ targets }, at, this.#comments)
      return [{ key, whole, inline: true, create: [], attach: [], comments, grants: [], owner: null, drop: null, target, needs: [whole] }]
    })
  }

  /** A constraint or default that the definition of the table contains. */
  #part(whole: string, part: DumpObject): PrintedObject[] {
    const key = this.#keyOf(part)
    if (key === undefined) return []
    const printed = this.#object(key, { ...part, statement: part.create(new Set()) })
    const drop = key.startsWith('default ') ? (printed.create[0] ?? '').replace(/ SET DEFAULT [^]*$/, ' DROP DEFAULT') : printed.drop
    return [{ ...printed, whole, inline: true, drop, owner: null }]
  }

  #wholeOf({ id, needs = [], rank }: DumpObject): string | null {
    const first = needs.find((need) => need.startsWith('pg_class:') || need.startsWith('pg_type:'))
    // the reading of the catalog has no table for them
    if (id.startsWith('statistics ')) return null
    return WITH_WHOLE.has(rank) ? (this.#keys.get(first ?? '') ?? null) : null
  }

  #ownerOf(first: string, target: string): string | null {
    const found = this.#relations.get(first) ?? this.#routines.get(first) ?? this.#types.get(first)
    return found === undefined || target === '' ? null : `ALTER ${target} OWNER TO ${found.owner}`
  }

  #needs(own: string, keys: readonly string[], direct: readonly string[]): string[] {
    const needed = [...direct, ...keys.flatMap((key) => this.#dependencies.get(key) ?? [])]
    const names = new Set(needed.flatMap((key) => this.#keys.get(key) ?? []))
    names.delete(own)
    return [...names]
  }
}

function isAttachedIndex({ key, attach }: PrintedObject): boolean {
  return key.startsWith('index ') && attach.length > 0
}

function isPrinted({ isComment, isStub, statement }: PlacedObject): boolean {
  return isStub !== true && (isComment !== true || statement.startsWith(INVALID))
}

/** The end of the key of an object that is created in two steps. */
const BODY = / \(body\)$/

/** Ranks of objects that exist only on a table or view. */
const WITH_WHOLE: ReadonlySet<string> = new Set(['index', 'constraint', 'rule', 'trigger', 'policy'])

/** A constraint is dropped with ALTER; its table or domain and its name are in the statement that adds it. */
function dropOf(target: string, [statement = '']: readonly string[]): string | null {
  if (target === '') return null
  if (!target.startsWith(CONSTRAINT)) return `DROP ${target}`
  for (let at = target.indexOf(' ON '); at !== -1; at = target.indexOf(' ON ', at + 1)) {
    const [name, on] = [target.slice(CONSTRAINT.length, at), target.slice(at + ' ON '.length)]
    const [word, of] = on.startsWith('DOMAIN ') ? ['DOMAIN', on.slice('DOMAIN '.length)] : ['TABLE', on]
    if (statement.includes(` ${of} ADD CONSTRAINT ${name} `)) return `ALTER ${word} ${of} DROP CONSTRAINT ${name}`
  }
  return null
}

const CONSTRAINT = 'CONSTRAINT '

const RELATIONS: Readonly<Record<string, string>> = {
  r: 'table',
  p: 'table',
  f: 'foreign table',
  v: 'view',
  m: 'materialized view',
  S: 'sequence',
  c: 'type',
}
const ROUTINES: Readonly<Record<string, string>> = { f: 'function', p: 'procedure', a: 'aggregate', w: 'window function' }
const TYPES: Readonly<Record<string, string>> = { e: 'enum', d: 'domain', r: 'range', c: 'type' }

/** Rows of the catalogs as keys of the reading of the catalog. */
function keysOf(facts: Facts, { prefix }: Naming): Map<string, string> {
  const bare = (name: string): string => unquotedName(name.startsWith(prefix) ? name.slice(prefix.length) : name)
  const keys = new Map<string, string>()
  const names = new Map(facts.relations.map(({ oid, name }) => [oid, bare(name)]))
  for (const { oid, kind, name, row_type: row, array_type: array } of facts.relations) {
    const key = `${RELATIONS[kind] ?? kind} ${bare(name)}`
    keys.set(keyOf('pg_class', oid), key)
    for (const type of [row, array]) if (type !== null) keys.set(keyOf('pg_type', type), key)
  }
  for (const { oid, kind, name, array_type: array, multirange_oid: multirange } of facts.types)
    for (const type of [oid, array, multirange])
      if (type !== null) keys.set(keyOf('pg_type', type), `${TYPES[kind] ?? 'type'} ${bare(name)}`)
  for (const { relation, number, name, default_oid: value } of facts.columns) {
    const column = `${names.get(relation) ?? ''}.${unquotedName(name)}`
    keys.set(columnKey(relation, number), `column ${column}`)
    if (value !== null) keys.set(keyOf('pg_attrdef', value), `default ${column}`)
  }
  for (const { oid, name } of facts.indexes) keys.set(keyOf('pg_class', oid), `index ${unquotedName(name)}`)
  for (const { oid, name, relation, domain, index, kind } of facts.constraints) {
    const type = domain === null ? undefined : keys.get(keyOf('pg_type', domain))
    const key = type ?? `constraint ${names.get(relation ?? 0) ?? ''}.${unquotedName(name)}`
    keys.set(keyOf('pg_constraint', oid), key)
    if (index !== null && kind !== 'f') keys.set(keyOf('pg_class', index), key)
  }
  for (const { oid, kind, signature } of facts.routines)
    keys.set(keyOf('pg_proc', oid), `${ROUTINES[kind] ?? 'function'} ${signature.replaceAll(prefix, '')}`)
  for (const { oid, kind, name, relation } of facts.attached) {
    const catalog = { trigger: 'pg_trigger', rule: 'pg_rewrite', policy: 'pg_policy', statistics: 'pg_statistic_ext' }[kind] ?? ''
    keys.set(
      keyOf(catalog, oid),
      kind === 'statistics' ? `statistics ${unquotedName(name)}` : `${kind} ${names.get(relation) ?? ''}.${unquotedName(name)}`,
    )
  }
  return keys
}
