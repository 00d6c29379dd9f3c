import { freshServer } from '../support/databases.ts'
import { mutationTests } from '../support/mutation-tests.ts'

mutationTests({ name: 'server', fresh: freshServer })
