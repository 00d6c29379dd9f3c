import { BACKENDS } from '../support/databases.ts'
import { faultTests, partOf } from '../support/fault-tests.ts'

// fewer than on a server: the embedded database is slower, and has the same PostgreSQL as the server of the other storms
faultTests(BACKENDS.embedded, partOf(0, 1, 3), partOf(0, 1), { faults: 400, states: 200 })
