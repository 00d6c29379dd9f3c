import type { Finding } from './finding.ts'

/** What `skills doctor` found. Safe to print as JSON: no passwords. */
export interface DoctorReport {
  /** No error among the findings. */
  ok: boolean
  findings: Finding[]
  /** Every setting with what it comes from; empty when the settings cannot be read. */
  settings: DoctorSetting[]
}

export interface DoctorSetting {
  name: string
  /** As people write it; null when there is none. */
  value: string | null
  /** A flag, a variable, `... in .env`, the path of the configuration file, or `default`. */
  origin: string
}
