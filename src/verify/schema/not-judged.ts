import { bareName } from '../../core/privileges.ts'
import type { StatementTarget } from '../../sqltext/targets/target.ts'
import type { StatementTargets } from '../../sqltext/targets/statement-targets.ts'
import { PRIMARY_KEY, tableOf } from './canonical.ts'
import { commented, wholeOf, WHOLES, type Pair } from './pairs.ts'
import type { NotJudged } from '../report.ts'

/** A statement of the migrations that did not run, so that the objects which it creates or changes are not expected. */
export interface NotBuilt extends StatementTargets {
  /** `db/001.sql:5`; empty when no statement is the reason. */
  place: string
  message: string
  /** It is a fault of `drift.build`. */
  isFault: boolean
}

/** The objects that statements which did not run leave open. */
export class OpenObjects {
  readonly #targets: readonly StatementTarget[]
  readonly list: readonly NotJudged[]

  constructor(notBuilt: readonly NotBuilt[]) {
    this.#targets = notBuilt.flatMap(({ targets }) => targets)
    const all = notBuilt.flatMap(({ targets, place, message }) =>
      targets.map((target) => ({ object: targetText(target), because: place === '' ? message : `statement at ${place}: ${message}` })),
    )
    this.list = [...new Map(all.map((one) => [one.object, one])).values()]
  }

  /** Whether the difference can come from a statement that did not run. */
  hasPair(pair: Pair): boolean {
    const isComment = pair.kind === 'comment'
    return this.#targets.some((target) => {
      if (target.of === 'comment') return isComment && hasName(target, commented(pair.name).name)
      return isComment
        ? target.of === 'all' && isPartOf(target, pair)
        : (target.of === 'all' && isPartOf(target, pair)) || isSelf(target, pair)
    })
  }

  /** Whether privileges, the owner or the storage parameters of the object are open. The name has no kind. */
  hasProperty(of: 'owner' | 'privileges' | 'storage', name: string): boolean {
    return this.#targets.some((target) => {
      if (target.of === 'privileges' && target.name === '') return of === 'privileges' && name.includes('(') === ROUTINES.has(target.kind)
      const isSame = hasName(target, name) || (target.table === undefined && target.name === tableOf(name) && !name.includes('('))
      return isSame && (target.of === 'all' || target.of === of || (of === 'storage' && target.of === 'self'))
    })
  }
}

const ROUTINES: ReadonlySet<string> = new Set(['function', 'procedure', 'routine', 'aggregate'])
const PARTS: ReadonlySet<string> = new Set([
  'column',
  'constraint',
  PRIMARY_KEY,
  'index',
  'trigger',
  'rule',
  'policy',
  'view column',
  'comment',
])

/** Whether the target has the name that the catalog reading gives an object: `t`, `t.c`, `f(integer)`. */
function hasName({ kind, name, table, types }: StatementTarget, catalogName: string): boolean {
  if (table !== undefined) return catalogName === `${table}.${name}`
  // `ways USING btree`
  if (kind === 'operator class' || kind === 'operator family') return catalogName.startsWith(`${name} USING `)
  if (!ROUTINES.has(kind) && kind !== 'operator') return catalogName === name
  return bareName(catalogName) === name && fits(types, catalogName)
}

/** The object, or what belongs to it. */
function isPartOf(target: StatementTarget, pair: Pair): boolean {
  const { kind, name, table } = target
  if (table !== undefined) return isPartOfTable({ ...target, table }, pair)
  if (hasName(target, pair.name)) return pair.kind === 'index' ? kind === 'index' : true
  if (pair.kind === 'sequence' && pair.expected === undefined) return pair.name.startsWith(`${name}_`) && pair.name.endsWith('_seq')
  const whole = wholeOf(pair)
  return whole !== undefined && hasName(target, whole)
}

function isPartOfTable({ kind, name, table }: StatementTarget & { table: string }, pair: Pair): boolean {
  const isOfTable = wholeOf(pair) === table
  const isExtra = pair.expected === undefined
  switch (kind) {
    case 'column': {
      const isOfColumn = isOfTable && isExtra && CONSTRAINTS.has(pair.kind) && mentions(pair, name)
      return pair.name === `${table}.${name}` || isOfColumn || (isExtra && pair.kind === 'sequence' && pair.name === `${table}_${name}_seq`)
    }
    case 'constraint':
    case 'primary key':
      if (pair.kind === PRIMARY_KEY)
        return pair.name === table && (name === '' || kind === PRIMARY_KEY || (pair.expected ?? pair.actual)?.raw === name)
      if (name === '') return isOfTable && isExtra && CONSTRAINTS.has(pair.kind)
      return pair.kind === 'constraint' && pair.name === `${table}.${name}`
    case 'index':
      return pair.kind === 'index' && (name === '' ? isOfTable && isExtra : pair.name === name)
    default:
      return pair.kind === kind && (name === '' ? isOfTable : pair.name === `${table}.${name}`)
  }
}

/** What a column can bring with it. */
const CONSTRAINTS: ReadonlySet<string> = new Set(['constraint', PRIMARY_KEY, 'index'])

function mentions({ kind, actual }: Pair, column: string): boolean {
  const words = (kind === PRIMARY_KEY ? (actual?.definition ?? '') : (actual?.raw ?? '')).split(/[^\p{L}\p{N}_$]+/u)
  return words.includes(column)
}

/** A property of the object itself. */
function isSelf({ of, name }: StatementTarget, pair: Pair): boolean {
  return of === 'self' && !PARTS.has(pair.kind) && (WHOLES.has(pair.kind) ? pair.name : wholeOf(pair)) === name
}

/** Whether the written types are those of `f(integer, character varying)`. */
function fits(types: readonly string[] | undefined, signature: string): boolean {
  if (types === undefined) return true
  const list = signature.slice(signature.indexOf('(') + 1, -1)
  return types.map(typeName).join(',') === (list === '' ? [] : list.split(', ')).map(typeName).join(',')
}

/** A type in one spelling, without its schema and modifiers. */
export function typeName(type: string): string {
  const words: string[] = type.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_$.]*/gu) ?? []
  const name = words.filter((word) => word !== 'array').join(' ')
  const bare = name.slice(name.lastIndexOf('.') + 1)
  return `${SPELLINGS[bare] ?? bare}${type.includes('[') || words.includes('array') ? '[]' : ''}`
}

const SPELLINGS: Readonly<Record<string, string>> = {
  bool: 'boolean',
  char: 'character',
  decimal: 'numeric',
  float: 'double precision',
  float4: 'real',
  float8: 'double precision',
  int: 'integer',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  bpchar: 'character',
  time: 'time without time zone',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  timetz: 'time with time zone',
  varbit: 'bit varying',
  varchar: 'character varying',
}

function targetText({ of, kind, name, table, types }: StatementTarget): string {
  const whole = table === undefined ? name : `${table}.${name}`
  const object = name === '' ? namelessText(kind, table) : `${kind} ${whole}${types === undefined ? '' : `(${types.join(', ')})`}`
  return of === 'all'
    ? object
    : of === 'self'
      ? `properties of ${object}`
      : `${of} ${of === 'comment' || of === 'privileges' ? 'on' : 'of'} ${object}`
}

function namelessText(kind: string, table: string | undefined): string {
  if (table === undefined) return kind === 'default privileges' ? kind : `each ${kind}`
  return kind === 'index' || kind === 'constraint' ? `${kind} without a name on ${table}` : `each ${kind} of ${table}`
}
