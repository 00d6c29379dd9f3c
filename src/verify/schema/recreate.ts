import type { ColumnParts, PrintedObject } from '../../db/printed-object.ts'
import { quoteLiteral } from '../../db/quote.ts'
import type { PrintedSchema } from './printed-schema.ts'

/** The schemas that are compared, as statements. */
export interface Printed {
  expected: PrintedSchema
  actual: PrintedSchema
}

/** Creates an object that is missing, with everything that belongs to it. */
export function creation(printed: Printed, want: PrintedObject): string[] {
  const { expected } = printed
  if (want.key.startsWith('sequence ')) return [...createIfMissing(want), ...continuation(printed, want), ...want.comments, ...want.grants]
  const sequences = missingSequences(printed, want)
  const parts = want.inline ? [] : expected.parts(want.key)
  return [
    ...sequences.flatMap(createIfMissing),
    ...createIfMissing(want),
    ...(want.column === undefined ? [] : sequences.flatMap((sequence) => ownership(expected, sequence)?.statement ?? [])),
    // PostgreSQL attaches the indexes of a partition with it
    ...parts.flatMap((part) => [...part.create, ...(want.attach.length > 0 ? [] : part.attach), ...part.comments, ...part.grants]),
    ...want.attach,
    ...want.comments,
    ...want.grants,
  ]
}

/** A sequence that the object takes numbers from can be missing too, and has a fault of its own. */
function missingSequences({ expected, actual }: Printed, { needs }: PrintedObject): PrintedObject[] {
  const keys = needs.filter((need) => need.startsWith('sequence ') && actual.get(need) === undefined)
  return keys.flatMap((key) => expected.get(key) ?? [])
}

/** The sequences that are missing, before a default uses them. */
export function withSequences(printed: Printed, want: PrintedObject, statements: readonly string[] | undefined): string[] | undefined {
  return statements === undefined ? undefined : [...missingSequences(printed, want).flatMap(createIfMissing), ...statements]
}

/** The remedy of another fault can have created the object meanwhile. */
function createIfMissing({ create }: PrintedObject): string[] {
  return create.map((statement) =>
    statement
      .replace(/^CREATE (UNLOGGED SEQUENCE|SEQUENCE|MATERIALIZED VIEW) /, 'CREATE $1 IF NOT EXISTS ')
      .replace(/^CREATE (VIEW|FUNCTION|PROCEDURE) /, 'CREATE OR REPLACE $1 '),
  )
}

/** OWNED BY, and the column. */
function ownership({ objects }: PrintedSchema, { target }: PrintedObject): { statement: string; column: PrintedObject } | undefined {
  const owned = `ALTER ${target} OWNED BY `
  const statement = objects.flatMap(({ create }) => create).find((one) => one.startsWith(owned))
  const column = objects.find(({ column: parts }) => parts !== undefined && statement === `${owned}${tableName(parts)}.${parts.name}`)
  return statement === undefined || column === undefined ? undefined : { statement, column }
}

/** The sequence goes on after the numbers that the table of its column has. */
function continuation({ expected, actual }: Printed, sequence: PrintedObject): string[] {
  const owner = ownership(expected, sequence)
  const parts = owner === undefined ? undefined : actual.get(owner.column.key)?.column
  if (owner === undefined || parts === undefined) return []
  const next = `coalesce(pg_catalog.max(${parts.name}), 0) + 1`
  const name = quoteLiteral(sequence.target.slice('SEQUENCE '.length))
  const value = owner.column.column?.default ?? ''
  // the column can have its numbers from a sequence of another name or schema
  const use = parts.identity !== '' || value === '' ? [] : [`${parts.table} ALTER COLUMN ${parts.name} SET DEFAULT ${value}`]
  return [owner.statement, ...use, `SELECT pg_catalog.setval(${name}, ${next}, false) FROM ${tableName(parts)}`]
}

function tableName({ table }: ColumnParts): string {
  return table.replace(/^ALTER (?:FOREIGN )?TABLE /, '')
}

/** Kinds that contain rows, or that tables are made of: dropping them loses rows. */
const KEPT = /^(?:table|foreign table|column|sequence|enum|domain|range|type) /

/**
 * Drops objects with everything that needs them, and creates them again as expected. The others are created as they are expected or, where
 * no migration creates them, as they were; privileges and owners stay as they were. Undefined: a table or type needs one of them.
 */
export function recreation({ expected, actual }: Printed, objects: readonly PrintedObject[]): string[] | undefined {
  const own = new Set(objects.map(({ key }) => key))
  const lost = new Set(objects.flatMap(({ key }) => [key, ...actual.dependants(key).map((object) => object.key)]))
  if ([...lost].some((key) => !own.has(key) && KEPT.test(key))) return undefined
  const dropped = actual.objects.filter(({ key }) => lost.has(key))
  if (dropped.some(({ key, create, drop }) => (create.length === 0 || drop === null) && !own.has(key))) return undefined
  // a view that is missing can have been created meanwhile
  const missing = objects
    .flatMap((object) => [object, ...expected.dependants(object.key)])
    .filter(({ key }) => VIEW.test(key) && actual.get(key) === undefined)
  const created = [...dropped.map((old) => expected.get(old.key) ?? old), ...new Set(missing)].toSorted(
    (a, b) => placeIn(expected, a) - placeIn(expected, b),
  )
  return [
    ...[...new Set(missing)].toReversed().map(({ drop }) => (drop ?? '').replace(VIEW_WORDS, 'DROP $1 IF EXISTS ')),
    ...dropped.toReversed().flatMap(({ drop }) => drop ?? []),
    ...created.flatMap((object) => {
      const old = actual.get(object.key)
      return [
        ...object.create,
        ...object.attach,
        ...(object.comments.length > 0 ? object.comments : (old?.comments ?? [])),
        ...(old?.grants ?? object.grants),
        ...(old?.owner === undefined || old.owner === null || old.owner === object.owner ? [] : [old.owner]),
      ]
    }),
  ]
}

const VIEW = /^(?:materialized )?view /
const VIEW_WORDS = /^DROP ((?:MATERIALIZED )?VIEW) /

/** What no migration creates comes last: it can need what the migrations create. */
function placeIn(expected: PrintedSchema, { key }: PrintedObject): number {
  return expected.placeOf(key) ?? Infinity
}
