import { test } from 'vitest'
import { onEachBackend } from '../support/databases.ts'
import { expectRecount } from '../support/stats-recount.ts'

onEachBackend((backend) => {
  test.each([2, 3, 4, 5, 6, 7])('stats: a random log (seed %i) -> every number equals a recount of the events', (seed) =>
    expectRecount(backend, seed),
  )
})
