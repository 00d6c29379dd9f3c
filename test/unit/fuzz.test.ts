import * as fc from 'fast-check'
import { test } from 'vitest'
import { FUZZ_TARGETS } from '../support/fuzz-targets.ts'

// the same texts in every run; test/storms/fuzz.test.ts tries others, and many more
test.each(FUZZ_TARGETS)('fuzz, short: $name -> no exception, and its result is consistent', async ({ property }) => {
  await fc.assert(property(), { seed: 20_261_129, numRuns: 1_000 })
})
