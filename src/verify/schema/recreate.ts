import type { PrintedObject } from '../../db/printed-object.ts'
import { quoteLiteral } from '../../db/quote.ts'
import type { PrintedSchema } from './printed-schema.ts'

/** The schemas that are compared, as statements. */
export interface Printed {
  expected: PrintedSchema
  actual: PrintedSchema
}

/** Creates an object that is missing, with everything that belongs to it. */
export function creation({ expected, actual }: Printed, want: PrintedObject): string[] {
  // a sequence that the object takes numbers from can be missing too, and has a fault of its own
  const sequences = want.needs.filter((need) => need.startsWith('sequence ') && actual.get(need) === undefined)
  return [
    ...sequences.flatMap((key) => expected.get(key) ?? []).flatMap(createSequence),
    ...(want.key.startsWith('sequence ') ? [...createSequence(want), ...continuation(expected, want)] : want.create),
    ...want.attach,
    ...want.comments,
    ...want.grants,
    ...(want.inline ? [] : expected.parts(want.key).flatMap((part) => creation({ expected, actual }, part))),
  ]
}

function createSequence({ create }: PrintedObject): string[] {
  return create.map((statement) => statement.replace(/^CREATE (UNLOGGED )?SEQUENCE /, 'CREATE $1SEQUENCE IF NOT EXISTS '))
}

/** The column that owns the sequence, which goes on after the numbers that the table has. */
function continuation({ objects }: PrintedSchema, { target }: PrintedObject): string[] {
  const name = target.slice('SEQUENCE '.length)
  const owned = `ALTER ${target} OWNED BY `
  const statement = objects.flatMap(({ create }) => create).find((one) => one.startsWith(owned))
  const column = objects.find(
    ({ column: parts }) => parts !== undefined && statement === `${owned}${parts.table.replace(/^ALTER TABLE /, '')}.${parts.name}`,
  )
  if (statement === undefined || column?.column === undefined) return []
  const { table, name: number } = column.column
  const next = `coalesce(pg_catalog.max(${number}), 0) + 1`
  return [statement, `SELECT pg_catalog.setval(${quoteLiteral(name)}, ${next}, false) FROM ${table.replace(/^ALTER TABLE /, '')}`]
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
  const created = dropped.map((old) => expected.get(old.key) ?? old).toSorted((a, b) => placeIn(expected, a) - placeIn(expected, b))
  return [
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

/** What no migration creates comes last: it can need what the migrations create. */
function placeIn(expected: PrintedSchema, { key }: PrintedObject): number {
  return expected.placeOf(key) ?? Infinity
}
