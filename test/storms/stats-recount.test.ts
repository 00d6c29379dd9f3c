import { test } from 'vitest'
import { onEachBackend } from '../support/databases.ts'
import { expectRecount } from '../support/stats-recount.ts'

/** Each asks about 450 questions on a backend; `TEST_RECOUNTS=20` tries more. */
const SEEDS = Array.from({ length: Number(process.env['TEST_RECOUNTS'] ?? 3) }, (_, i) => i + 2)

onEachBackend((backend) => {
  test.each(SEEDS)('stats: a random log (seed %i) -> every number equals a recount of the events', async (seed) => {
    const questions = await expectRecount(backend, seed)
    console.log(`${backend.name}, seed ${seed}: ${questions} questions without a difference`)
  })
})
