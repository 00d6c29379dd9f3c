import type { FingerprintedRow } from './fingerprint.ts'

/** A skill whose row in the registry is exactly what it should be: nothing else need be kept of it. */
export interface SettledSkill {
  row: FingerprintedRow
  /** What the author declares. */
  enabled: boolean
}
