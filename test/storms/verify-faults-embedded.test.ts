import { BACKENDS } from '../support/databases.ts'
import { faultTests, part } from '../support/fault-tests.ts'

// every third one: the embedded database is slower, and has the same PostgreSQL as the server of the other storms
faultTests(BACKENDS.embedded, part(0, 1, 3), part(0, 1, 2))
