import { describe } from 'vitest'
import { faultTests, partOf } from '../support/fault-tests.ts'
import { ownServer } from '../support/own-server.ts'
import { hasPostgres } from '../support/postgres-server.ts'

/** Before the version of the other storms. */
const MAJORS = [13, 14, 15, 16, 17]

for (const major of MAJORS) {
  // node .ci/postgres-versions.js installs them
  const isTried = hasPostgres(major)
  describe.skipIf(!isTried)(
    `PostgreSQL ${major}${isTried ? '' : ' (skipped: it has no binaries here; node .ci/postgres-versions.js installs them)'}`,
    () => faultTests(ownServer(major), partOf(major - 13, 5, 20), { every: 2, from: major % 2 }, { faults: 60, states: 120 }),
  )
}
