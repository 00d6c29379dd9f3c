interface Sample {
  uses: number
  success: number
}

/** With fewer expected successes or failures in a sample, the normal approximation is not valid. */
const LEAST_EXPECTED = 5

/**
 * The p-value of the two-sided two-proportion z-test with pooled variance: the probability of a difference at least this
 * large when both samples have the same rate. null when the samples are too small.
 */
export function proportionTest(a: Sample, b: Sample): number | null {
  const pooled = (a.success + b.success) / (a.uses + b.uses)
  const expected = Math.min(a.uses, b.uses) * Math.min(pooled, 1 - pooled)
  if (!(expected >= LEAST_EXPECTED)) return null
  const z = (b.success / b.uses - a.success / a.uses) / Math.sqrt(pooled * (1 - pooled) * (1 / a.uses + 1 / b.uses))
  return 2 * upperTail(Math.abs(z))
}

/**
 * Which of many p-values are significant, when at most the share `rate` of them can be chance: Benjamini and Hochberg
 * (1995). Without it, one in twenty unchanged skills would be reported as changed.
 */
export function realChanges(pValues: readonly (number | null)[], rate: number): Set<number> {
  const tested = pValues.flatMap((p, i) => (p === null ? [] : [{ p, i }])).toSorted((a, b) => a.p - b.p)
  const last = tested.findLastIndex(({ p }, rank) => p <= (rate * (rank + 1)) / tested.length)
  return new Set(tested.slice(0, last + 1).map(({ i }) => i))
}

/** Upper tail of the standard normal distribution: Abramowitz and Stegun 26.2.17, with an error below 7.5e-8. */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * z)
  const series = t * (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))))
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series
}
