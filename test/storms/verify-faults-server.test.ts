import { faultTests } from '../support/fault-tests.ts'
import { ownServer } from '../support/own-server.ts'

faultTests(ownServer(), { every: 2, from: 0 })
