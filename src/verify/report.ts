import type { Check } from './check.ts'
import type { Count, Position } from '../core/report-types.ts'

/** What `verify` found. Safe to print as JSON. */
export interface VerifyReport {
  ok: boolean
  passed: Count
  failed: Count
  warnings: Count
  /** Checks with something to tell that is no fault. */
  notes: Count
  /** Those that could not be asked; not those that have nothing to say about such a database. */
  skipped: Count
  checks: CheckResult[]
}

export interface CheckResult {
  /** Stable: the code of the faults. */
  id: string
  title: string
  severity: Check['severity']
  /** With faults it is `failed`, `warning` or `note`, as the severity says. */
  status: 'passed' | 'failed' | 'warning' | 'note' | 'skipped'
  /** Why it was skipped. */
  reason?: string
  /** False for a skipped check that has nothing to say about such a database: `--strict` does not mind it. */
  applies?: false
  /** Where the check is written. */
  file: string
  line: Position
  faults: Fault[]
}

export interface Fault {
  /** What is at fault, as `index idx_skill_usage_user_time`. */
  object: string
  expected: string
  actual: string
  remedy: string
}
