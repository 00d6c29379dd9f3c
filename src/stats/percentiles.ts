import type { RowOf } from '../db/columns.ts'
import type { Latency, LatencyBound } from './report.ts'
import { count, numberOrNull } from './report-query.ts'

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
  const within = (value: number): number => Math.min(max, Math.max(min, value))
  const at = (share: number): number => rounded(within(percentile(buckets, share, middleOf)))
  const boundAt = (share: number): LatencyBound => ({
    low: Math.floor(within(percentile(buckets, share, leastOf))),
    high: Math.ceil(within(percentile(buckets, share, greatestOf))),
  })
  const bounds = { p50: boundAt(0.5), p90: boundAt(0.9), p95: boundAt(0.95), p99: boundAt(0.99) }
  return { min, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max, bounds }
}

/** The columns of a report query with latencies: buckets, or percentiles of the events. */
export const LATENCY = { buckets: 'lists?', percentiles: 'numbers?' } as const

/** The latencies of a row with `latency_min`, `latency_max` and the columns of `LATENCY`. */
export function latencyOfRow(row: RowOf<typeof LATENCY>): Latency | null {
  const [min, max] = [numberOrNull(row['latency_min']), numberOrNull(row['latency_max'])]
  if (row.percentiles === null) return latencyOf(bucketsOf(row.buckets), min, max)
  const [p50 = 0, p90 = 0, p95 = 0, p99 = 0] = row.percentiles.map(Math.round)
  if (min === null || max === null) return null
  return { min, p50, p90, p95, p99, max, bounds: { p50: exact(p50), p90: exact(p90), p95: exact(p95), p99: exact(p99) } }
}

function bucketsOf(buckets: readonly unknown[][] | null): Bucket[] {
  return (buckets ?? []).map(([bucket, n]): Bucket => [count(bucket), count(n)])
}

function exact(value: number): LatencyBound {
  return { low: value, high: value }
}

/** Between the values at the two ranks around the share; `valueOf` is the value of a bucket. */
function percentile(buckets: readonly Bucket[], share: number, valueOf: (bucket: number) => number): number {
  const rank = share * (buckets.reduce((sum, [, n]) => sum + n, 0) - 1)
  const low = valueOf(bucketAt(buckets, Math.floor(rank)))
  return low + (valueOf(bucketAt(buckets, Math.ceil(rank))) - low) * (rank % 1)
}

/** The bucket that has the event of a rank, from 0. */
function bucketAt(buckets: readonly Bucket[], rank: number): number {
  let below = 0
  for (const [bucket, n] of buckets) {
    below += n
    if (rank < below) return bucket
  }
  return buckets.at(-1)?.[0] ?? 0
}

function leastOf(bucket: number): number {
  return LATENCY_BOUNDS[bucket - 1] ?? 0
}

function greatestOf(bucket: number): number {
  return (LATENCY_BOUNDS[bucket] ?? 2 ** 31) - 1
}

/** The geometric middle of the least and the greatest latency of a bucket. */
function middleOf(bucket: number): number {
  return bucket === 0 ? 1 : Math.sqrt(leastOf(bucket) * greatestOf(bucket))
}

/** To whole ms, below 100 ms to three digits: a whole number would be off by more than the bucket. */
function rounded(ms: number): number {
  return ms < 100 ? Number(ms.toPrecision(3)) : Math.round(ms)
}
