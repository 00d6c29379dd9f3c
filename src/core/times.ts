/** The earliest time that reports reach: years have four digits, and older events are set aside. */
export const EARLIEST_MS = Date.UTC(1000)

/** ISO 8601 of a time of the database; null for NULL, infinity, and years that JavaScript cannot represent. */
export function timeOrNull(value: unknown): string | null {
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : null
}

/** A clock in milliseconds that only goes forward. `performance.now()` would load a module of Node, which takes a hundredth of a short run. */
export function clockMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1_000 + nanoseconds / 1e6
}
