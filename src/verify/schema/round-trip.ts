import type { CatalogObject } from '../../db/catalog.ts'
import type { Db } from '../../db/db.ts'
import { runStatements } from '../../db/scratch-schema.ts'
import { canonical } from './canonical.ts'
import type { ForeignCode } from './foreign-code.ts'
import { objectKey } from './manifest.ts'
import { differingPairs } from './pairs.ts'
import { isEvaluated, reprintOf, type Reprint } from './reprinted.ts'

export interface RoundTrip {
  /** The search_path of the scratch schema, which has the tables of the migrations. */
  path: string
  /** Its catalog. */
  read: () => Promise<CatalogObject[]>
  expected: readonly CatalogObject[]
  actual: readonly CatalogObject[]
  /** Code of other roles, which must not run. */
  foreign: readonly ForeignCode[]
}

/** The copies exist together, each under a savepoint: more than 64 would slow the whole server. */
const MOST_AT_ONCE = 40
/** After one round trip almost every text is stable. */
const MOST_ROUNDS = 3
const SAVEPOINT = 'skills_round_trip'

/**
 * The actual objects, with the expected definition where the difference is only how the server printed it: both definitions are
 * created again in the scratch schema and printed again, until they are equal or do not change. Asks nothing when nothing differs.
 */
export async function withoutPrintedDifferences(db: Db, trip: RoundTrip): Promise<readonly CatalogObject[]> {
  const equal = new Map<string, CatalogObject>()
  const candidates = candidatesOf(trip)
  for (let at = 0; at < candidates.length; at += MOST_AT_ONCE) {
    let open = candidates.slice(at, at + MOST_AT_ONCE)
    for (let round = 1; round <= MOST_ROUNDS && open.length > 0; round++) {
      const [expected, actual] = [await printAgain(db, trip, open, 'expected'), await printAgain(db, trip, open, 'actual')]
      const printed = open.map((candidate, i): Candidate => ({ ...candidate, expected: expected[i], actual: actual[i] }))
      for (const candidate of printed.filter(isEqual)) equal.set(objectKey(candidate.original), candidate.original)
      open = printed.filter((candidate, i) => !isEqual(candidate) && hasChanged(candidate, open[i]))
    }
  }
  return equal.size === 0 ? trip.actual : trip.actual.map((object) => equal.get(objectKey(object)) ?? object)
}

interface Candidate {
  original: CatalogObject
  copy: (object: CatalogObject) => Reprint
  /** Undefined: the server refused the definition. */
  expected: CatalogObject | undefined
  actual: CatalogObject | undefined
}

function candidatesOf({ expected, actual, foreign }: RoundTrip): Candidate[] {
  const isForeign = new Set(foreign.map(objectKey))
  const options = { unqualified: false }
  const [wanted, found] = [byKey(expected), byKey(actual)]
  return differingPairs(canonical(expected, options), canonical(actual, options)).flatMap((pair, i): Candidate[] => {
    const [original, other] = [wanted.get(objectKey(pair)), found.get(objectKey(pair))]
    if (original === undefined || other === undefined || (isForeign.has(objectKey(other)) && isEvaluated(other))) return []
    const copy = reprintOf(original, other, `skills_copy_${i}`)
    return copy === undefined ? [] : [{ original, copy, expected: original, actual: other }]
  })
}

function byKey(objects: readonly CatalogObject[]): Map<string, CatalogObject> {
  return new Map(objects.map((object) => [objectKey(object), object]))
}

function isEqual({ expected, actual }: Candidate): boolean {
  if (expected === undefined || actual === undefined) return false
  const [wanted, found] = canonical([expected, actual], { unqualified: false })
  return wanted?.same === found?.same
}

function hasChanged(now: Candidate, before: Candidate | undefined): boolean {
  if (now.expected === undefined || now.actual === undefined) return false
  return now.expected.definition !== before?.expected?.definition || now.actual.definition !== before.actual?.definition
}

/** One side of the candidates, as the server prints the copies. */
async function printAgain(
  db: Db,
  { path, read }: RoundTrip,
  candidates: readonly Candidate[],
  side: 'expected' | 'actual',
): Promise<(CatalogObject | undefined)[]> {
  const copies = candidates.map((candidate) => {
    const object = candidate[side]
    return object === undefined ? undefined : { object, ...candidate.copy(object) }
  })
  await db.exec(`SAVEPOINT ${SAVEPOINT}; SET LOCAL search_path TO ${path};
    SET LOCAL check_function_bodies TO off; SET LOCAL standard_conforming_strings TO on`)
  try {
    await runStatements(
      db,
      copies.flatMap((copy) => copy?.statement ?? []),
    )
    const printed = await read()
    return copies.map((copy) => {
      const found = copy === undefined ? undefined : printed.find(copy.isCopy)
      return copy === undefined || found === undefined ? undefined : { ...copy.object, definition: found.definition }
    })
  } finally {
    await db.exec(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}; RELEASE SAVEPOINT ${SAVEPOINT}`)
  }
}
