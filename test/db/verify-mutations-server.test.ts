import { BACKENDS } from '../support/databases.ts'
import { mutationTests } from '../support/mutation-tests.ts'

// every fault is tried in test/storms
mutationTests(BACKENDS.server, 11)
