import { expect, test } from 'vitest'
import { place } from '../../../src/core/diagnostics.ts'

test.each([
  [{ file: 'a.sql', line: 3, column: 7 }, 'a.sql:3:7'],
  [{ file: 'a.sql', line: 3 }, 'a.sql:3'],
  [{ file: 'a.sql' }, 'a.sql'],
  [{ file: 'a.sql', column: 7 }, 'a.sql'],
  [{}, ''],
])('place: %j -> %j', (diagnostic, expected) => {
  expect(place(diagnostic)).toBe(expected)
})
