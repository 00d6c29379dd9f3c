import type { CatalogObject } from './catalog.ts'

/** One object that differs. */
export interface Difference {
  kind: string
  name: string
  /** Definition; undefined when it should not exist. */
  expected: string | undefined
  /** Definition; undefined when it is missing. */
  actual: string | undefined
}

/** Compares two readings of the catalog, in order of kind and name. Pure. */
export function diffCatalogs(expected: readonly CatalogObject[], actual: readonly CatalogObject[]): Difference[] {
  const actualByKey = new Map(actual.map((object) => [key(object), object]))
  const expectedKeys = new Set(expected.map(key))
  const differing = expected.flatMap((object): Difference[] => {
    const other = actualByKey.get(key(object))
    return other !== undefined && isSameDefinition(object.definition, other.definition)
      ? []
      : [{ kind: object.kind, name: object.name, expected: object.definition, actual: other?.definition }]
  })
  const extra = actual
    .filter((object) => !expectedKeys.has(key(object)))
    .map(({ kind, name, definition }): Difference => ({ kind, name, expected: undefined, actual: definition }))
  return [...differing, ...extra].toSorted((a, b) => compare(a.kind, b.kind) || compare(a.name, b.name))
}

/** The end of a constraint that was not checked for the rows that existed. */
export const NOT_VALID = ' NOT VALID'

/** Whether a definition is the expected one. VALIDATE CONSTRAINT is what an administrator does with a constraint that is NOT VALID. */
export function isSameDefinition(expected: string, actual: string): boolean {
  return expected === actual || expected === `${actual}${NOT_VALID}`
}

function key({ kind, name }: CatalogObject): string {
  return `${kind}\u0000${name}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
