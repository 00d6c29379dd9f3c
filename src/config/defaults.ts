/** Values that the library and the command line use when none is given. Times are in milliseconds. */
export const DEFAULTS = {
  /** How long `migrate` waits for other runs and for locked tables, in all. */
  lockWaitMs: 60_000,
  /** How long one attempt waits for a locked table. */
  lockTimeoutMs: 5_000,
  /** Time limit for each statement of a check. */
  checkTimeoutMs: 30_000,
  /** What `sync` does with rows whose folder no longer exists. */
  prune: 'disable',
  /** Rows of `stats`. */
  statsLimit: 20,
  /** Earlier events that `stats --tail` shows first. */
  tailLimit: 10,
  /** Events of one step of `rollup`. */
  rollupBatch: 100_000,
  /** Events of one transaction of `prune-events`. */
  pruneBatch: 10_000,
  /** Sample data. */
  demo: { events: 10_000, seed: 1, days: 180, skills: 40 },
} as const
