import { isSameDefinition } from '../../db/catalog-diff.ts'
import { quoteLiteral } from '../../db/quote.ts'
import { identifierName } from '../../sqltext/lexer/identifiers.ts'
import { PRIMARY_KEY, tableOf, type ComparedObject } from './canonical.ts'
import { objectKey } from './manifest.ts'
import { ident } from './printed-schema.ts'

/** An object that differs: one side is undefined when the object is missing, or when no migration creates it. */
export interface Pair {
  kind: string
  name: string
  expected: ComparedObject | undefined
  actual: ComparedObject | undefined
}

/** Kinds of objects that exist on their own; everything else is part of one of them. */
export const WHOLES: ReadonlySet<string> = new Set([
  'aggregate',
  'cast',
  'collation',
  'conversion',
  'domain',
  'enum',
  'foreign table',
  'function',
  'materialized view',
  'operator',
  'operator class',
  'operator family',
  'procedure',
  'range',
  'sequence',
  'table',
  'text search configuration',
  'text search dictionary',
  'text search parser',
  'text search template',
  'type',
  'view',
  'window function',
])

/** The object that an object is part of: the table of a column or an index, the function of a comment; undefined for a whole. */
export function wholeOf({ kind, name, expected, actual }: Pair): string | undefined {
  if (WHOLES.has(kind)) return undefined
  if (kind === 'index') return tableOfIndex((expected ?? actual)?.raw ?? '')
  if (kind === 'comment') return commented(name).whole
  return tableOf(name)
}

/** What a comment is on: `t`, `t.c`, `f(integer)`, `type mood`, `constraint t.c`. */
export function commented(name: string): { kind: string; name: string; whole: string } {
  const kind = COMMENTED.find((words) => name.startsWith(`${words} `))
  const plain = kind === undefined ? name : name.slice(kind.length + 1)
  return {
    kind: kind ?? (name.includes('(') ? 'function' : name.includes('.') ? 'column' : ''),
    name: plain,
    whole: plain.includes('(') ? plain : tableOf(plain),
  }
}

const COMMENTED = ['constraint', 'domain', 'foreign table', 'index', 'materialized view', 'policy', 'rule', 'sequence', 'trigger', 'type']

function tableOfIndex(definition: string): string | undefined {
  const table = / ON (?:ONLY )?("(?:[^"]|"")+"|\S+) USING /.exec(definition)?.[1]
  return table?.startsWith('"') === true ? table.slice(1, -1).replaceAll('""', '"') : table
}

/** Constraints that are there under another name: as the migrations name them, and as they are. */
export function renamedConstraints(
  expected: readonly ComparedObject[],
  actual: readonly ComparedObject[],
): [ComparedObject, ComparedObject][] {
  const found = new Map(actual.map((object) => [objectKey(object), object]))
  return renamedPairs(pairsOf(expected, actual, found), expected, found).flatMap(
    ([{ kind, expected: wanted }, { kind: other, actual: has }]) =>
      kind === 'constraint' && other === 'constraint' && wanted !== undefined && has !== undefined ? [[wanted, has]] : [],
  )
}

/** Every difference, in order of kind and name. What only has another name, or is part of a missing object, is left out. */
export function differingPairs(expected: readonly ComparedObject[], actual: readonly ComparedObject[]): Pair[] {
  const found = new Map(actual.map((object) => [objectKey(object), object]))
  const pairs = pairsOf(expected, actual, found)
  const renamed = new Set(renamedPairs(pairs, expected, found).flat())
  return withoutParts(pairs.filter((pair) => !renamed.has(pair))).toSorted((a, b) =>
    a.kind === b.kind ? (a.name < b.name ? -1 : 1) : a.kind < b.kind ? -1 : 1,
  )
}

function pairsOf(
  expected: readonly ComparedObject[],
  actual: readonly ComparedObject[],
  found: ReadonlyMap<string, ComparedObject>,
): Pair[] {
  const wanted = new Set(expected.map(objectKey))
  return [
    ...expected.map((object): Pair => ({ kind: object.kind, name: object.name, expected: object, actual: found.get(objectKey(object)) })),
    ...actual
      .filter((object) => !wanted.has(objectKey(object)))
      .map((object): Pair => ({ kind: object.kind, name: object.name, expected: undefined, actual: object })),
  ].filter((pair) => !isEqual(pair, found))
}

function isEqual({ kind, name, expected, actual }: Pair, found: ReadonlyMap<string, ComparedObject>): boolean {
  if (expected === undefined || actual === undefined) return false
  if (isSameDefinition(expected.same, actual.same)) return true
  const key = partitionKeyOf(found.get(`table ${name}`))
  return kind === PRIMARY_KEY && key !== undefined && hasColumnsOf(expected.same, actual.same, [...found.values()])
}

/** `RANGE (created_at)` of a partitioned table. */
function partitionKeyOf(table: ComparedObject | undefined): string | undefined {
  return /\b(?:RANGE|LIST|HASH) \(.*/s.exec(table?.raw ?? '')?.[0]
}

/** The key of a partitioned table must also contain the columns that it, or a partition of it, is partitioned by. */
function hasColumnsOf(expected: string, actual: string, found: readonly ComparedObject[]): boolean {
  const [wanted, has] = [columnsOf(expected), columnsOf(actual)]
  const keys = new Set(
    found.flatMap((object) => (object.kind === 'table' ? (partitionKeyOf(object)?.match(/[\p{L}\p{N}_$]+/gu) ?? []) : [])),
  )
  return wanted.every((column) => has.includes(column)) && has.every((column) => wanted.includes(column) || keys.has(column))
}

function columnsOf(key: string): string[] {
  return key.slice(1, key.indexOf(')')).split(', ')
}

/** Pairs of a missing and an extra object that are the same thing under another name. */
function renamedPairs(
  pairs: readonly Pair[],
  expected: readonly ComparedObject[],
  found: ReadonlyMap<string, ComparedObject>,
): (readonly [missing: Pair, extra: Pair])[] {
  const extra = new Map(pairs.flatMap((pair) => (pair.expected === undefined ? [[identity(pair), pair] as const] : [])))
  const renamed: (readonly [Pair, Pair])[] = []
  for (const pair of pairs) {
    if (pair.actual !== undefined) continue
    const other = extra.get(pair.kind === 'sequence' ? `sequence ${usedInstead(pair.name, expected, found)}` : identity(pair))
    const isSame = other !== undefined && (pair.kind !== 'sequence' || other.actual?.same === pair.expected?.same)
    if (isSame) renamed.push([pair, other])
  }
  return renamed
}

/** A constraint is identified by its table and definition, a unique index by the constraint that it implements. */
function identity(pair: Pair): string {
  const { kind, name, expected, actual } = pair
  const same = (expected ?? actual)?.same ?? ''
  if (kind === 'constraint') return `constraint ${tableOf(name)} ${same}`
  const unique = kind === 'index' && same.startsWith('unique on ') ? keysOf(same) : undefined
  return unique === undefined ? `${kind} ${name}` : `constraint ${wholeOf(pair)} UNIQUE ${unique}`
}

/** `(a, b)` of `unique on t using btree (a, b)`; undefined for a partial index, which implements no constraint. */
function keysOf(index: string): string | undefined {
  const at = index.lastIndexOf(BTREE)
  return at !== -1 && index.endsWith(')') ? index.slice(at + BTREE.length - 1) : undefined
}

const BTREE = ' using btree ('

/** The sequence that the column of an expected sequence takes its numbers from. */
function usedInstead(sequence: string, expected: readonly ComparedObject[], found: ReadonlyMap<string, ComparedObject>): string {
  const column = expected.find(({ kind, raw }) => kind === 'column' && raw.includes(`nextval(${quoteLiteral(ident(sequence))}::regclass)`))
  const name = /nextval\('((?:[^']|'')+)'::regclass\)/.exec(found.get(`column ${column?.name ?? ''}`)?.raw ?? '')?.[1] ?? ''
  return identifierName(name.replaceAll("''", "'"))
}

/** A missing object is reported once, without its parts. The text of a view follows from its columns. */
function withoutParts(pairs: readonly Pair[]): Pair[] {
  const missing = new Set(pairs.filter(({ kind, actual }) => actual === undefined && WHOLES.has(kind)).map(({ name }) => name))
  const parts = new Set(pairs.filter(({ actual }) => actual === undefined).map(objectKey))
  const views = new Set(pairs.filter(({ kind }) => kind === 'view column').map(({ name }) => tableOf(name)))
  return pairs.filter((pair) => {
    const whole = wholeOf(pair)
    if (whole !== undefined && missing.has(whole)) return false
    if (pair.kind === 'comment' && parts.has(objectKey(commented(pair.name)))) return false
    return !((pair.kind === 'view' || pair.kind === 'materialized view') && pair.actual !== undefined && views.has(pair.name))
  })
}
