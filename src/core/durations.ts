const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** The least age of events that can be pruned: a younger one can only be a slip. */
export const LEAST_PRUNE_AGE_MS = 86_400_000

/** Reads `500ms`, `30s`, `5m`, `12h`, `7d` or `2w` into milliseconds. Undefined for other text, and for a number without a unit, except 0. */
export function readDuration(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)?$/.exec(text.trim()) ?? []
  const size = UNITS[unit]
  if (number === undefined || (size === undefined && Number(number) !== 0)) return undefined
  return Number(number) * (size ?? 1)
}

/** What a number without a unit can mean: `180d? 180s?`. Undefined for other text. */
export function missingUnit(text: string): string | undefined {
  const number = text.trim()
  return /^\d+(\.\d+)?$/.test(number) ? `write the unit: ${number}d? ${number}s?` : undefined
}

/** Milliseconds as `readDuration` reads them, in the largest unit without a fraction: `1m` for 60,000. */
export function showDuration(ms: number): string {
  const [unit, size] = Object.entries(UNITS).findLast(([, length]) => ms % length === 0) ?? ['ms', 1]
  return `${ms / size}${unit}`
}

/** Milliseconds in a readable form: `12 ms`, `1.4 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`
  if (Math.round(ms / 100) < 600) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
