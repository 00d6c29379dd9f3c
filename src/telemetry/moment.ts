import { readTime } from '../core/read-time.ts'
import type { Json } from '../core/json.ts'

/**
 * Milliseconds since 1970 of a time as exporters and applications write it: ISO 8601 with a zone; seconds, milliseconds, microseconds
 * or nanoseconds since 1970, as a number or as text; or the pair of seconds and nanoseconds of JavaScript (`hrTime`). The unit follows
 * from the size: from 2000 to 5138 no number means two times. Undefined for anything else, and for a time that does not exist.
 */
export function momentOf(value: Json): number | undefined {
  if (Array.isArray(value)) return momentOfPair(value as readonly Json[])
  if (typeof value === 'number') return sizedMs(value)
  if (typeof value !== 'string') return undefined
  // a number has 16 digits at most, and nanoseconds have 19
  if (NANOSECONDS.test(value)) return Number(value.slice(0, -6)) + Number(value.slice(-6)) / 1e6
  return NUMBER.test(value) ? sizedMs(Number(value)) : readTime(value, { zone: 'required' })?.getTime()
}

/** What a message says about times. */
export const MOMENT_EXPECTED = 'a time such as 2026-01-31T12:00:00Z, or seconds, milliseconds, microseconds or nanoseconds since 1970'

const NANOSECONDS = /^\d{18,20}$/
const NUMBER = /^\d{1,20}(?:\.\d{1,20})?$/

/** Numbers below the limit are in this unit. */
const UNITS: readonly (readonly [limit: number, toMs: (value: number) => number])[] = [
  [1e11, (seconds) => seconds * 1_000],
  [1e14, (milliseconds) => milliseconds],
  [1e17, (microseconds) => microseconds / 1_000],
  [1e20, (nanoseconds) => nanoseconds / 1e6],
]

function sizedMs(value: number): number | undefined {
  const [, toMs] = UNITS.find(([limit]) => value < limit) ?? []
  return value < 0 ? undefined : toMs?.(value)
}

function momentOfPair([seconds, nanoseconds, ...more]: readonly Json[]): number | undefined {
  const isPair = typeof seconds === 'number' && typeof nanoseconds === 'number' && more.length === 0
  return isPair && seconds >= 0 && nanoseconds >= 0 && nanoseconds < 1e9 ? seconds * 1_000 + nanoseconds / 1e6 : undefined
}
