const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** Reads `500ms`, `30s`, `5m`, `12h`, `7d` or `2w` into milliseconds; a number without a unit is in seconds. Undefined for other text. */
export function readDuration(text: string): number | undefined {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)?$/.exec(text.trim()) ?? []
  return number === undefined ? undefined : Number(number) * (UNITS[unit] ?? 1)
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
