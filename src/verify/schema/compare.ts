import type { CatalogObject } from '../../db/catalog.ts'
import { ownerFaults, storageFaults } from './administrative-faults.ts'
import { canonical, partOf, printsQualifiers } from './canonical.ts'
import type { SchemaComparison, ComparisonContext, SchemaFault, ScratchSource } from './comparison.ts'
import { Judge } from './judge.ts'
import { differingPairs, wholeOf } from './pairs.ts'

/** A statement that creates an object a second time is not a failure. */
const HARMLESS_FAILURES: ReadonlySet<string> = new Set(['42P07', '42710', '42723', '42701', '42P06'])
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
  const failures = failuresOf(context)
  const judge = new Judge(wanted, found, actual, context)
  const isJudged = judgedNames(context, failures)
  const structure = differingPairs(wanted, found)
    .filter((pair) => isJudged(pair.name, pair.expected === undefined ? wholeOf(pair) : undefined) && judge.counts(pair))
    .flatMap((pair) => judge.faults(pair))
  const { source } = context
  const administrative = [
    ...judge.grants(expected),
    ...storageFaults(expected, actual),
    ...(source.kind === 'scratch' ? ownerFaults(expected, actual, source.user) : []),
  ]
  return {
    faults: [...structure, ...administrative.filter(({ name }) => isJudged(name)).map(({ fault }) => fault), ...failures.map(buildFault)],
    failures: failures.map(({ place, message }) => ({ place, message })),
    indexes: wanted.filter(({ kind }) => kind === 'index').map(({ name }) => name),
  }
}

function ofMigrations({ kind }: CatalogObject): boolean {
  return !ADMINISTRATIVE.has(kind)
}

/** Ownership is the administrator's decision: a statement that could not set an owner leaves it open. */
function failuresOf({ source }: ComparisonContext): ScratchSource['failures'] {
  if (source.kind === 'manifest') return []
  return source.failures.filter(({ code, text }) => !HARMLESS_FAILURES.has(code) && !/\bOWNER\s+TO\b/i.test(text))
}

/** Decides whether an object can be compared. `extraOn` is the table of an object that no migration of `expected` creates. */
function judgedNames({ source }: ComparisonContext, failures: ScratchSource['failures']): (name: string, extraOn?: string) => boolean {
  if (source.kind === 'scratch') {
    const failed = wordsOf(failures.map(({ text }) => text))
    return (name) => !failed.has(baseOf(name))
  }
  const named = wordsOf(source.userStatements)
  return (name, extraOn) => !named.has(baseOf(partOf(name))) && !(extraOn !== undefined && named.has(extraOn.toLowerCase()))
}

/** The words of the texts, in lower case. */
export function wordsOf(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap((text) => text.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []).map((word) => word.toLowerCase()))
}

/** `t` of `t.c`, `f` of `f(integer)`. */
function baseOf(name: string): string {
  return (/^[^.(]*/.exec(name)?.[0] ?? name).toLowerCase()
}

function buildFault({ place, message }: ScratchSource['failures'][number]): SchemaFault {
  return {
    check: 'drift.build',
    object: `statement at ${place}`,
    expected: 'runs in an empty schema',
    actual: message,
    remedy: 'check by hand the objects that the statement names: they were not compared',
  }
}
