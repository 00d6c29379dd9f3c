import { describe } from 'vitest'
import { faultTests, partOf } from '../support/fault-tests.ts'
import { ownServer } from '../support/own-server.ts'
import { hasPostgres } from '../support/postgres-server.ts'

/** Before the version of the other storms. */
const MAJORS = [13, 14, 15, 16, 17]

for (const major of MAJORS) {
  // node .ci/postgres-versions.js installs them
  const isTried = hasPostgres(major) && process.env['TEST_ALL_FAULTS'] === '1'
  describe.skipIf(!isTried)(`PostgreSQL ${major}${isTried ? '' : ' (skipped: no binaries, or TEST_ALL_FAULTS is not 1)'}`, () =>
    faultTests(ownServer(major), partOf(major - 13, 5, 8), partOf(major % 2, 2)),
  )
}
