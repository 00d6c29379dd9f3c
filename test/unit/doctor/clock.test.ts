import { expect, test } from 'vitest'
import { clockSkew, examineClock } from '../../../src/doctor/connection.ts'

test('clockSkew: several samples -> the one with the shortest round trip, its middle', () => {
  const samples = [
    { sent: 1000, answered: 1800, server: 9000 },
    { sent: 2000, answered: 2010, server: 2105 },
    { sent: 3000, answered: 3100, server: 9000 },
  ]
  expect(clockSkew(samples)).toEqual({ aheadMs: 100, withinMs: 5 })
  expect(clockSkew([])).toBeUndefined()
})

test.each([
  ['agrees', 500, 10, 'ok', /agree/],
  ['is ahead', 3500, 10, 'warning', /3\.5 s ahead/],
  ['is behind', -61_000, 10, 'warning', /61\.0 s behind/],
  ['is too slow to measure', 3000, 4000, 'ok', /agree/],
])('clock: it %s -> the finding', (_, ahead, trip, status, text) => {
  const [finding] = examineClock([{ sent: 0, answered: trip, server: trip / 2 + ahead }])
  expect(finding).toMatchObject({ status, text: expect.stringMatching(text) })
  expect(finding?.next === undefined).toBe(status === 'ok')
})
