import { expect, test } from 'vitest'
import { diffCatalogs } from '../../../src/db/catalog-diff.ts'

const constraint = (definition: string) => [{ kind: 'constraint', name: 't.c', definition }]

test('diffCatalogs: a constraint that is expected NOT VALID was validated -> no difference; the other way round -> one', () => {
  expect(diffCatalogs(constraint('CHECK (a > 0) NOT VALID'), constraint('CHECK (a > 0)'))).toEqual([])
  expect(diffCatalogs(constraint('CHECK (a > 0)'), constraint('CHECK (a > 0) NOT VALID'))).toHaveLength(1)
  expect(diffCatalogs(constraint('CHECK (a > 0) NOT VALID'), constraint('CHECK (a > 1)'))).toHaveLength(1)
  expect(diffCatalogs(constraint('CHECK (a > 0) NOT VALID'), [])).toHaveLength(1)
})
