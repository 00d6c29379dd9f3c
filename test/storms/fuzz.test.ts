import * as fc from 'fast-check'
import { test } from 'vitest'
import { FUZZ_TARGETS } from '../support/fuzz-targets.ts'

// a failure prints the seed and the shortest text that fails: add that text to a unit test
test.each(FUZZ_TARGETS)('fuzz, long: $name -> no exception, and its result is consistent', async ({ property }) => {
  await fc.assert(property(), { numRuns: Infinity, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false })
})
