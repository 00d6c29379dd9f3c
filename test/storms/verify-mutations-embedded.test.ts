import { BACKENDS } from '../support/databases.ts'
import { mutationTests } from '../support/mutation-tests.ts'

mutationTests(BACKENDS.embedded)
