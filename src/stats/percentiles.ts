import type { Latency } from './report.ts'

/**
 * The smallest latency in ms of the buckets 1 to 248, as in the SQL function skill_latency_bounds(), which a role that only reads cannot
 * call: the first integer above 2^((i-1)/8). Bucket 0 is up to 1 ms.
 */
export const LATENCY_BOUNDS: readonly number[] = Array.from(
  { length: 248 },
  (_, i) => Math.floor(2 ** ((i % 8) / 8) * 2 ** Math.floor(i / 8)) + 1,
)

/**
 * The largest error of a percentile from buckets, in percent: the bounds of a bucket differ by a factor of 2^(1/8), and the percentile is
 * the geometric middle, so it is off by a factor of 2^(1/16) at most, and by its rounding.
 */
export const PERCENTILE_ERROR_PCT = 5

/** The number of a bucket, and its number of events. */
export type Bucket = readonly [bucket: number, n: number]

/** Percentiles from buckets in their order, as percentile_cont computes them, and never outside `min` and `max`. */
export function latencyOf(buckets: readonly Bucket[], min: number | null, max: number | null): Latency | null {
  if (min === null || max === null) return null
  const at = (share: number): number => rounded(Math.min(max, Math.max(min, percentile(buckets, share))))
  return { min, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max }
}

/** Between the values at the two ranks around the share. */
function percentile(buckets: readonly Bucket[], share: number): number {
  const rank = share * (buckets.reduce((sum, [, n]) => sum + n, 0) - 1)
  const low = valueAt(buckets, Math.floor(rank))
  return low + (valueAt(buckets, Math.ceil(rank)) - low) * (rank % 1)
}

/** The middle of the bucket that has the event of a rank, from 0. */
function valueAt(buckets: readonly Bucket[], rank: number): number {
  let below = 0
  for (const [bucket, n] of buckets) {
    below += n
    if (rank < below) return middleOf(bucket)
  }
  return middleOf(buckets.at(-1)?.[0] ?? 0)
}

/** The geometric middle of the least and the greatest latency of a bucket. */
function middleOf(bucket: number): number {
  const least = LATENCY_BOUNDS[bucket - 1]
  return least === undefined ? 1 : Math.sqrt(least * ((LATENCY_BOUNDS[bucket] ?? 2 ** 31) - 1))
}

/** To whole ms, below 100 ms to three digits: a whole number would be off by more than the bucket. */
function rounded(ms: number): number {
  return ms < 100 ? Number(ms.toPrecision(3)) : Math.round(ms)
}
