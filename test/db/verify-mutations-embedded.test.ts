import { freshEmbedded } from '../support/databases.ts'
import { mutationTests } from '../support/mutation-tests.ts'

mutationTests({ name: 'embedded', fresh: freshEmbedded })
