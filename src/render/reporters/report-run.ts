import { place, type Diagnostic, type Severity } from '../../core/diagnostics.ts'

/** The results of a command, the input of every reporter. Plain data: each reporter escapes it for its format. */
export interface ReportRun {
  /** The command: `skills verify`. */
  name: string
  /** ISO 8601, UTC. */
  startedAt?: string
  durationMs?: number
  /** Facts for people: the database without its password, the version of the server. */
  properties?: Readonly<Record<string, string>>
  /** In the order in which they ran. */
  results: readonly ReportResult[]
  /** Why the run ended early. */
  error?: { code: string; message: string; hint?: string }
}

/** One check, or one rule on one file. */
export interface ReportResult {
  /** Stable id of the check or rule: `tables.columns`, `SKILL_NAME_MISSING`. */
  code: string
  title: string
  /** The heading of related results: the first part of the id, or a file. */
  group: string
  severity: Severity
  /** A report fails only for a failed result of severity `error`; other failed results are shown. */
  status: 'ok' | 'failed' | 'skipped'
  /** Why it was skipped. */
  reason?: string
  durationMs?: number
  /** The faults; empty unless it failed. */
  messages: readonly ReportMessage[]
}

/** One fault. It has at least one of `object` and `text`. */
export interface ReportMessage {
  /** The object that is wrong: `index idx_skill_usage_user_time`. */
  object?: string
  text?: string
  file?: string
  /** From 1. */
  line?: number
  /** From 1, in Unicode code points. */
  column?: number
  expected?: string
  actual?: string
  remedy?: string
}

/** Whether a result makes the report fail. */
export function isFailure({ status, severity }: Pick<ReportResult, 'status' | 'severity'>): boolean {
  return status === 'failed' && severity === 'error'
}

/** What is wrong, in one line: `index a_idx: expected btree (a), found nothing`. */
export function headline({ object, text, expected, actual }: ReportMessage): string {
  const difference = expected === undefined && actual === undefined ? undefined : `expected ${expected ?? ''}, found ${actual ?? ''}`
  const parts = [object, text ?? difference].filter((part) => part !== undefined && part !== '')
  return parts
    .join(': ')
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ')
}

/** A fault as lines of text: the place and object, expected, found, what to do. */
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

/** Diagnostics as results: one for each severity, code and file, so that the names of results are the same in every run. */
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
