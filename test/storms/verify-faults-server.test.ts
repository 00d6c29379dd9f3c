import { faultTests, part } from '../support/fault-tests.ts'
import { ownServer } from '../support/own-server.ts'

faultTests(ownServer(), part(0, 2, 2), part(0, 2))
