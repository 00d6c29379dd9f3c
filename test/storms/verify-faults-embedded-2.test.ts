import { BACKENDS } from '../support/databases.ts'
import { faultTests } from '../support/fault-tests.ts'

faultTests(BACKENDS.embedded, { every: 2, from: 1 })
