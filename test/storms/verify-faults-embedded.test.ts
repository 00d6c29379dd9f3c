import { BACKENDS } from '../support/databases.ts'
import { ALL, faultTests } from '../support/fault-tests.ts'

// every second one: the embedded database is slower, and has the same PostgreSQL as the server of the other storms
faultTests(BACKENDS.embedded, { every: 2, from: 0 }, ALL)
