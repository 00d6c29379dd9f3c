import type { Latency } from './report.ts'

/** Lower bounds in ms of the latency buckets 1 to 39, as in the SQL function skill_latency_bounds(), which a role that only reads cannot call. */
export const LATENCY_BOUNDS: readonly number[] = [
  4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512, 724, 1024, 1448, 2048, 2896, 4096, 5793, 8192, 11_585, 16_384, 23_170,
  32_768, 46_341, 65_536, 92_682, 131_072, 185_364, 262_144, 370_728, 524_288, 741_455, 1_048_576, 1_482_910, 2_097_152,
]

/**
 * The largest error of a percentile from buckets, in percent of the value at that rank, from 4 ms to 35 minutes: it lies in
 * the bucket of that value, and the bounds of a bucket differ by a factor of 1.414 (half an octave).
 */
export const PERCENTILE_ERROR_PCT = 42

/** Percentiles from the counts of buckets, interpolated within a bucket, and never outside `min` and `max`. */
export function latencyOf(buckets: readonly number[], min: number | null, max: number | null): Latency | null {
  if (min === null || max === null) return null
  const at = (share: number): number => Math.min(max, Math.max(min, Math.round(percentile(buckets, share, min, max))))
  return { min, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max }
}

function percentile(buckets: readonly number[], share: number, min: number, max: number): number {
  const total = buckets.reduce((sum, n) => sum + n, 0)
  // the rank that percentile_cont uses, from 0
  const rank = share * (total - 1)
  let below = 0
  for (const [i, n] of buckets.entries()) {
    if (n > 0 && rank < below + n) {
      const low = Math.max(min, LATENCY_BOUNDS[i - 1] ?? min)
      const high = Math.min(max, (LATENCY_BOUNDS[i] ?? max + 1) - 1)
      return low + (high - low) * (n === 1 ? 0.5 : Math.min(1, (rank - below) / (n - 1)))
    }
    below += n
  }
  return max
}
