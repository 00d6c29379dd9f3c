import { faultTests, partOf } from '../support/fault-tests.ts'
import { ownServer } from '../support/own-server.ts'

faultTests(ownServer(), partOf(1, 2, 3), partOf(1, 2), { faults: 500, states: 250 })
