import type { CatalogObject } from '../db/catalog.ts'
import type { Difference } from '../db/catalog-diff.ts'
import { diffCatalogs } from '../db/catalog-diff.ts'
import type { Drift, DriftContext } from './drift-context.ts'
import { grantDrift } from './drift-grants.ts'
import { objectName, partsOf, WHOLES } from './drift-objects.ts'
import { remedyFor } from './drift-remedies.ts'
import { firstDifference } from './first-difference.ts'

/** What the files are taken for making; a duplicate is no failure, as the file runs over what it made itself. */
const HARMLESS_FAILURES: ReadonlySet<string> = new Set(['42P07', '42710', '42723', '42701', '42P06'])

/** Compares the catalog that the files make with the real one. Pure. */
export function findDrift(expected: readonly CatalogObject[], actual: readonly CatalogObject[], context: DriftContext): object {
  // who may own what is the administrator's affair: a file that could not say so leaves it open
  const failures = context.failures.filter(({ code, text }) => !HARMLESS_FAILURES.has(code) && !/\bOWNER\s+TO\b/i.test(text))
  const tainted = new Set(failures.flatMap(({ text }) => text.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []).map((word) => word.toLowerCase()))
  const isJudged = (name: string): boolean => !tainted.has(baseName(name).toLowerCase())
  const differences = [
    ...structure(expected, actual, context),
    ...grantDrift(expected, actual, context),
    ...owners(expected, actual, context),
  ].filter(({ name, drift }) => isJudged(name) && !context.told.has(drift.object) && !context.told.has(drift.object.replace(/\(.*$/, '')))
  return {
    differences: differences.map(({ drift }) => drift),
    failures: failures.map(({ place, message }) => ({ place, message })),
  }
}

interface Found {
  name: string
  drift: Drift
}

const ADMINISTRATIVE: ReadonlySet<string> = new Set(['grant', 'owner', 'storage'])

/** Decided by files, not by administrators. */
function ofFiles({ kind }: CatalogObject): boolean {
  return !ADMINISTRATIVE.has(kind)
}

function structure(expected: readonly CatalogObject[], actual: readonly CatalogObject[], context: DriftContext): Found[] {
  const differences = diffCatalogs(expected.filter(ofFiles), actual.filter(ofFiles))
  const missing = new Set(differences.filter(({ kind, actual: found }) => WHOLES.has(kind) && found === undefined).map(({ name }) => name))
  const madeByFiles = new Set(expected.filter(({ kind }) => WHOLES.has(kind)).map(({ name }) => name))
  const found = differences
    .filter((difference) => partsOf(difference).every((whole) => !missing.has(whole)))
    .filter((difference) => difference.expected !== undefined || isExtra(difference, madeByFiles, context))
    .map((difference) => ({ name: difference.name, drift: toDrift(difference, context) }))
  return [...found, ...storage(expected, actual, context)]
}

/** Whether something that no file makes is a fault. On our tables it changes what they accept or do; a plain index changes only how fast. */
function isExtra(difference: Difference, madeByFiles: ReadonlySet<string>, { exclusive, ours }: DriftContext): boolean {
  const { kind, name, actual = '' } = difference
  if (kind === 'comment' || kind === 'statistics') return false
  const [whole] = partsOf(difference)
  if (ours.has(name) || (whole !== undefined && ours.has(whole))) return false
  if (exclusive) return whole === undefined || madeByFiles.has(whole)
  if (WHOLES.has(kind) || whole === undefined || !madeByFiles.has(whole)) return false
  return kind !== 'index' || actual.startsWith('CREATE UNIQUE ')
}

function toDrift(difference: Difference, context: DriftContext): Drift {
  const { kind, expected, actual } = difference
  const change = expected === undefined ? 'extra' : actual === undefined ? 'missing' : 'different'
  const told = firstDifference(expected, actual)
  return {
    kind: kind === 'comment' ? 'comment' : change,
    object: objectName(difference),
    expected: expected === undefined ? 'nothing: no file makes it' : told.expected,
    actual: actual === undefined ? 'missing' : told.actual,
    remedy: remedyFor(difference, context.madeAt),
  }
}

/** Options that a file sets must be set; others are tuning. */
function storage(expected: readonly CatalogObject[], actual: readonly CatalogObject[], context: DriftContext): Found[] {
  const options = new Map(actual.filter(({ kind }) => kind === 'storage').map(({ name, definition }) => [name, definition.split(', ')]))
  return expected
    .filter(
      ({ kind, name, definition }) =>
        kind === 'storage' && definition.split(', ').some((option) => options.get(name)?.includes(option) !== true),
    )
    .map(({ name, definition }) => ({
      name,
      drift: toDrift({ kind: 'storage', name, expected: definition, actual: options.get(name)?.join(', ') ?? 'none' }, context),
    }))
}

/** Only an owner that a file names is expected: in the copy everything else belongs to who made it. */
function owners(expected: readonly CatalogObject[], actual: readonly CatalogObject[], context: DriftContext): Found[] {
  const real = new Map(actual.filter(({ kind }) => kind === 'owner').map(({ name, definition }) => [name, definition]))
  return expected.flatMap(({ kind, name, definition }) => {
    const owner = real.get(name)
    if (kind !== 'owner' || unquoted(definition) === context.user || owner === undefined || owner === definition) return []
    const drift: Drift = {
      kind: 'different',
      object: name,
      expected: `owned by ${definition}`,
      actual: `owned by ${owner}`,
      remedy: `ALTER ${name.toUpperCase().startsWith('FUNCTION') ? name.replace('function', 'FUNCTION') : name.replace(/^\w+/, (word) => word.toUpperCase())} OWNER TO ${definition}`,
    }
    return [{ name: name.replace(/^\w+ /, ''), drift }]
  })
}

function unquoted(role: string): string {
  return role.startsWith('"') ? role.slice(1, -1).replaceAll('""', '"') : role
}

/** `t` of `t.c`, `f` of `f(integer)`. */
function baseName(name: string): string {
  return /^[^.(]*/.exec(name)?.[0] ?? name
}
