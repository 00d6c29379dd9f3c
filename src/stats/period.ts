const DAY_MS = 86_400_000

/** The time of a query, and the whole days in it, for which the rollups have sums. */
export interface Period {
  since: Date | null
  /** Exclusive. */
  until: Date | null
  /** First whole day, `YYYY-MM-DD` in UTC; null without a lower bound. */
  firstDay: string | null
  /** The day after the last whole day; null without an upper bound. */
  endDay: string | null
}

/** From `since` to before `until`. A period inside one day has no whole day. */
export function periodOf(since: Date | null, until: Date | null): Period {
  const first = since === null ? null : Math.ceil(since.getTime() / DAY_MS) * DAY_MS
  const end = until === null ? null : Math.max(Math.floor(until.getTime() / DAY_MS) * DAY_MS, first ?? -Infinity)
  return { since, until, firstDay: first === null ? null : dayOf(first), endDay: end === null ? null : dayOf(end) }
}

/** `YYYY-MM-DD` of a time in ms, in UTC. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** The day some days later. */
export function addDays(day: string, days: number): string {
  return dayOf(Date.parse(day) + days * DAY_MS)
}
