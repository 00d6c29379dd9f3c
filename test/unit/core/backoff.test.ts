import { expect, test } from 'vitest'
import { Backoff } from '../../../src/core/backoff.ts'

function at(random: number): { backoff: Backoff; clock: { now: number } } {
  const clock = { now: 1_000 }
  return { clock, backoff: new Backoff({ shortestMs: 100, longestMs: 1_000, now: () => clock.now, random: () => random }) }
}

test('backoff: failures in a row -> the wait doubles up to the longest', () => {
  const { backoff } = at(1)
  expect(Array.from({ length: 6 }, () => backoff.failed())).toEqual([100, 200, 400, 800, 1_000, 1_000])
})

test('backoff: the lowest random number -> half of the wait', () => {
  const { backoff } = at(0)
  expect([backoff.failed(), backoff.failed()]).toEqual([50, 100])
})

test('backoff: many failures -> the wait stays finite', () => {
  const { backoff } = at(1)
  for (let i = 0; i < 2_000; i++) backoff.failed()
  expect(backoff.failed()).toBe(1_000)
})

test('backoff: time passes -> the next attempt becomes due', () => {
  const { backoff, clock } = at(1)
  expect(backoff.waitMs).toBe(0)
  backoff.failed()
  expect(backoff.waitMs).toBe(100)
  clock.now += 60
  expect(backoff.waitMs).toBe(40)
  clock.now += 60
  expect(backoff.waitMs).toBe(0)
})

test('backoff: a success -> the next wait is the shortest', () => {
  const { backoff } = at(1)
  backoff.failed()
  backoff.failed()
  backoff.succeeded()
  expect(backoff.waitMs).toBe(0)
  expect(backoff.failed()).toBe(100)
})

test('backoff: the wait is skipped -> due now, but the next wait is not a short one', () => {
  const { backoff } = at(1)
  backoff.failed()
  backoff.skipWait()
  expect(backoff.waitMs).toBe(0)
  expect(backoff.failed()).toBe(200)
})
