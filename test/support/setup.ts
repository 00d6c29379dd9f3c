import { afterAll, afterEach } from 'vitest'
import { cleanUp } from './clean-up.ts'

// Vitest runs this file again for each test file
afterEach(() => cleanUp('test'))
afterAll(() => cleanUp('file'))
