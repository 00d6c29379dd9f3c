import { expect, test } from 'vitest'
import { LATENCY_BOUNDS, PERCENTILE_ERROR_PCT, latencyOf } from '../../../src/stats/percentiles.ts'
import { seededRandom } from '../../support/random-log.ts'

test('percentiles: from buckets -> within the printed error bound', () => {
  const random = seededRandom(5)
  for (let round = 0; round < 300; round++) {
    const spread = 1 + random() * 6
    const values = Array.from({ length: 1 + Math.floor(random() * 400) }, () =>
      Math.floor(4 * Math.exp(random() ** 2 * spread * 2)),
    ).toSorted((a, b) => a - b)
    const buckets = Array.from({ length: 40 }, () => 0)
    for (const value of values) buckets[LATENCY_BOUNDS.filter((bound) => bound <= value).length]! += 1
    const latency = latencyOf(buckets, values[0] ?? null, values.at(-1) ?? null)
    for (const [name, share] of [
      ['p50', 0.5],
      ['p90', 0.9],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      const real = values[Math.floor(share * (values.length - 1))] ?? 0
      expect(Math.abs((latency?.[name] ?? 0) - real) / real, `${name} of ${values.length}`).toBeLessThanOrEqual(PERCENTILE_ERROR_PCT / 100)
    }
  }
})
