import { BACKENDS } from '../support/databases.ts'
import { faultTests, partOf } from '../support/fault-tests.ts'

// every sixth one: the embedded database is slower, and has the same PostgreSQL as the server of the other storms
faultTests(BACKENDS.embedded, partOf(0, 1, 6), partOf(0, 1, 4))
