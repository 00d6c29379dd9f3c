import { expect, test } from 'vitest'
import { LATENCY_BOUNDS, PERCENTILE_ERROR_PCT, latencyOf } from '../../../src/stats/percentiles.ts'
import { seededRandom } from '../../support/random-log.ts'

const NAMES = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p99', 0.99],
] as const
const bucketOf = (value: number): number => LATENCY_BOUNDS.filter((bound) => bound <= value).length

/** As percentile_cont computes it. */
function exact(values: readonly number[], share: number): number {
  const rank = share * (values.length - 1)
  const [low = 0, high = 0] = [values[Math.floor(rank)], values[Math.ceil(rank)]]
  return low + (high - low) * (rank % 1)
}

test('percentiles: from buckets -> within the printed error bound, from 1 ms to 2^31 ms', () => {
  const random = seededRandom(5)
  for (let round = 0; round < 300; round++) {
    const scale = 2 ** (random() * 28)
    const values = Array.from({ length: 1 + Math.floor(random() * 400) }, () =>
      Math.min(2 ** 31 - 1, Math.ceil(scale * Math.exp(random() ** 2 * 4))),
    ).toSorted((a, b) => a - b)
    const counts = new Map<number, number>()
    for (const value of values) counts.set(bucketOf(value), (counts.get(bucketOf(value)) ?? 0) + 1)
    const latency = latencyOf([...counts], values[0] ?? null, values.at(-1) ?? null)
    for (const [name, share] of NAMES) {
      const real = exact(values, share)
      expect(Math.abs((latency?.[name] ?? 0) - real) / real, `${name} of ${values.length}`).toBeLessThanOrEqual(PERCENTILE_ERROR_PCT / 100)
      const { low = Number.NaN, high = Number.NaN } = latency?.bounds[name] ?? {}
      expect([low <= real, real <= high], `${name} ${real}: ${low} to ${high}`).toEqual([true, true])
      expect(high - low, `${name} of ${values.length}`).toBeLessThanOrEqual(2 + 0.1 * high)
    }
  }
})

test('percentiles: each latency alone in its bucket -> within the printed error bound', () => {
  for (const value of [
    ...Array.from({ length: 3000 }, (_, i) => i),
    ...LATENCY_BOUNDS,
    ...LATENCY_BOUNDS.map((bound) => bound - 1),
    2 ** 31 - 1,
  ]) {
    // others of the same bucket and far away, so that the least and the greatest do not give the answer
    const { p50 = Number.NaN } = latencyOf([[bucketOf(value), 3]], 0, 2 ** 31) ?? {}
    expect(Math.abs(p50 - value), `${value}`).toBeLessThanOrEqual(value === 0 ? 1 : (value * PERCENTILE_ERROR_PCT) / 100)
  }
})

test('latency buckets: a power of two -> the last value of its bucket, and its number is 8 times the exponent', () => {
  for (let exponent = 0; exponent < 31; exponent++) {
    expect(bucketOf(2 ** exponent)).toBe(8 * exponent)
    expect(bucketOf(2 ** exponent + 1)).toBeGreaterThan(8 * exponent)
  }
  expect([bucketOf(0), bucketOf(2 ** 31 - 1)]).toEqual([0, 248])
})
