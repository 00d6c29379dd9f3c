import { bareName } from '../../core/privileges.ts'
import type { CatalogObject } from '../../db/catalog.ts'
import { usesName } from '../../sqltext/targets/uses-name.ts'

export interface FunctionsRead {
  /** The objects of the package. */
  own: readonly CatalogObject[]
  /** What the applied migrations create. */
  expected: readonly CatalogObject[]
  actual: readonly CatalogObject[]
  /** Statements of the user whose objects are not in `expected`. */
  notRun: readonly string[]
}

/**
 * Functions with the name of one of ours and other arguments that migrations of the user create, such as `unlock_skill(uuid)`. What a
 * statement creates that did not run is not known: a function counts when the statement has its name.
 */
export function otherFunctions({ own, expected, actual, notRun }: FunctionsRead): string[] {
  const ours = new Set(own.filter(({ kind }) => kind === 'function').map(({ name }) => name))
  const names = new Set([...ours].map(bareName))
  const others = (objects: readonly CatalogObject[]): string[] =>
    objects.map(({ name }) => name).filter((name) => name.includes('(') && names.has(bareName(name)) && !ours.has(name))
  const named = others(actual).filter((name) => notRun.some((text) => usesName(text, new Set([bareName(name)]))))
  return [...new Set([...others(expected), ...named])]
}
