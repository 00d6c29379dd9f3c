import type { Diagnostic, Severity } from '../../core/diagnostics.ts'
import { place } from '../../core/diagnostics.ts'

/** A run of named checks: what every reporter is fed with. Plain data, not made safe for any format yet. */
export interface ReportRun {
  /** Who ran: `skills verify`. */
  name: string
  /** When it began, ISO 8601 UTC. */
  startedAt?: string
  durationMs?: number
  /** What it ran on, for people: the database without a password, the version of the server. */
  properties?: Readonly<Record<string, string>>
  /** In the order in which they ran. */
  results: readonly ReportResult[]
  /** Why the run ended before all results were there, or gave none. */
  error?: { code: string; message: string; hint?: string }
}

/** One check, or one rule on one file. */
export interface ReportResult {
  /** Stable id of the check or rule: `tables.columns`, `SKILL_NAME_MISSING`. */
  code: string
  title: string
  /** What belongs together in a report: the first part of the id, a file. */
  group: string
  severity: Severity
  /** Only a failed one of severity `error` lets a test report fail; failed ones of the others are told. */
  status: 'ok' | 'failed' | 'skipped'
  /** Why it was skipped. */
  reason?: string
  durationMs?: number
  /** The faults; empty unless it failed. */
  messages: readonly ReportMessage[]
}

/** One fault. At least one of `object` and `text` says what is at fault. */
export interface ReportMessage {
  /** What is at fault, as `index idx_skill_usage_user_time`. */
  object?: string
  text?: string
  file?: string
  /** 1-based. */
  line?: number
  /** 1-based, in Unicode code points. */
  column?: number
  expected?: string
  actual?: string
  remedy?: string
}

/** The run fails: an error among its results, or one that ended it. */
export function isFailure({ status, severity }: Pick<ReportResult, 'status' | 'severity'>): boolean {
  return status === 'failed' && severity === 'error'
}

/** One line that says what is wrong: `index a_idx: expected btree (a), found nothing`. */
export function headline({ object, text, expected, actual }: ReportMessage): string {
  const difference = expected === undefined && actual === undefined ? undefined : `expected ${expected ?? ''}, found ${actual ?? ''}`
  const parts = [object, text ?? difference].filter((part) => part !== undefined && part !== '')
  return parts.join(': ').replaceAll(/\s*[\r\n]+\s*/g, ' ')
}

/** A fault as paragraphs of text: where, what, expected, found, what to do. */
export function describeMessage(message: ReportMessage): string {
  const { object, text, expected, actual, remedy } = message
  return [
    [place(message), object, text].filter((part) => part !== undefined && part !== '').join(': '),
    expected === undefined ? '' : `  expected: ${expected}`,
    actual === undefined ? '' : `  found:    ${actual}`,
    remedy === undefined ? '' : `  to do:    ${remedy}`,
  ]
    .filter((line) => line !== '')
    .join('\n')
}

/** Diagnostics as results: one for each code and file, so that their names are the same in every run. */
export function resultsOf(diagnostics: readonly Diagnostic[], titles: Readonly<Record<string, string>> = {}): ReportResult[] {
  const results = new Map<string, ReportResult & { messages: ReportMessage[] }>()
  for (const { severity, code, message, file, line, column, hint } of diagnostics) {
    const group = file ?? ''
    const key = `${severity}\u0000${code}\u0000${group}`
    const result = results.get(key) ?? { code, title: titles[code] ?? code, group, severity, status: 'failed', messages: [] }
    result.messages.push({
      text: message,
      ...(file === undefined ? {} : { file }),
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
      ...(hint === undefined ? {} : { remedy: hint }),
    })
    results.set(key, result)
  }
  return [...results.values()]
}
