import type { CatalogObject } from '../../db/catalog.ts'
import { ownerFaults, storageFaults } from './administrative-faults.ts'
import type { SchemaComparison, ComparisonContext, SchemaFault } from './comparison.ts'
import { Judge } from './judge.ts'
import { OpenObjects, type NotBuilt } from './not-judged.ts'
import { canonical, partOf, printsQualifiers, tableOf } from './canonical.ts'
import { differingPairs, renamedConstraints } from './pairs.ts'
import { ident } from './printed-schema.ts'

const ADMINISTRATIVE: ReadonlySet<string> = new Set(['grant', 'owner', 'storage'])

/** Compares the catalog that the migrations produce with that of the schema. Pure. */
export function compareSchemas(
  expected: readonly CatalogObject[],
  actual: readonly CatalogObject[],
  context: ComparisonContext,
): SchemaComparison {
  const options = { unqualified: context.source.kind === 'manifest' && printsQualifiers(context.version) }
  const wanted = canonical(expected.filter(ofMigrations), options)
  const found = canonical(actual.filter(ofMigrations), options)
  const judge = new Judge(wanted, found, actual, context)
  const { source, notBuilt } = context
  const open = new OpenObjects(notBuilt)
  const structure = differingPairs(wanted, found)
    .filter((pair) => !open.hasPair(pair) && judge.counts(pair))
    .toSorted((a, b) => judge.remedies.placeOf(a) - judge.remedies.placeOf(b) || 0)
    .flatMap((pair) => judge.faults(pair))
  const administrative = [
    ...judge.grants(expected).filter(({ name }) => !open.hasProperty('privileges', name)),
    ...storageFaults(expected, actual, judge.remedies).filter(({ name }) => !open.hasProperty('storage', name)),
    ...(source.kind === 'scratch'
      ? ownerFaults(expected, actual, source.role, judge.remedies).filter(({ name }) => !open.hasProperty('owner', name))
      : []),
  ]
  const names = renamedConstraints(wanted, found)
    .filter(([object]) => !open.hasPair({ kind: object.kind, name: object.name, expected: object, actual: undefined }))
    .map(([{ name }, has]) => nameFault(name, has.name, context.schema))
  const failures = source.kind === 'scratch' ? notBuilt.filter(({ isFault }) => isFault) : []
  return {
    faults: [...structure, ...names, ...administrative.map(({ fault }) => fault), ...failures.map(buildFault)],
    failures: failures.map(({ place, message }) => ({ place, message })),
    notJudged: open.list,
    indexes: wanted.filter(({ kind }) => kind === 'index').map(({ name }) => name),
  }
}

/** The constraint does the same, but a migration that names it fails. */
function nameFault(expected: string, actual: string, schema: string): SchemaFault {
  const table = `${ident(schema)}.${ident(tableOf(expected))}`
  const sql = `ALTER TABLE ${table} RENAME CONSTRAINT ${ident(partOf(actual))} TO ${ident(partOf(expected))}`
  return { check: 'drift.names', object: `constraint ${expected}`, expected: 'this name', actual: `constraint ${actual}`, remedy: sql, sql }
}

function ofMigrations({ kind }: CatalogObject): boolean {
  return !ADMINISTRATIVE.has(kind)
}

function buildFault({ place, message, targets, hasUnknown }: NotBuilt): SchemaFault {
  const objects = new OpenObjects([{ place, message, targets, hasUnknown, isFault: true }]).list.map(({ object }) => object)
  const open = [...objects, ...(hasUnknown ? ['what its text does not show'] : [])]
  return {
    check: 'drift.build',
    object: place === '' ? objects.join(', ') : `statement at ${place}`,
    expected: 'runs in an empty schema',
    actual: `${message}; not compared: ${open.length === 0 ? 'no object' : open.join(', ')}`,
    remedy: 'check these objects by hand: they were not compared',
  }
}
