import type { Check } from './check.ts'

/** What `verify` found. Safe to print as JSON. */
export interface VerifyReport {
  ok: boolean
  passed: number
  failed: number
  warnings: number
  skipped: number
  checks: CheckResult[]
}

export interface CheckResult {
  id: string
  title: string
  severity: Check['severity']
  /** `warning`: faults of a check that is no error. */
  status: 'passed' | 'failed' | 'warning' | 'skipped'
  /** Why it was skipped. */
  reason?: string
  faults: Fault[]
}

export interface Fault {
  /** What is at fault, as `index idx_skill_usage_user_time`. */
  object: string
  expected: string
  actual: string
  remedy: string
}
