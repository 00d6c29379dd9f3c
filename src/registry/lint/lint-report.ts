import type { Diagnostic } from '../../core/diagnostics.ts'
import type { RuleCode } from '../skill/rules.ts'
import type { Count } from '../../core/report-types.ts'

/** What the rules say about skills. */
export interface LintReport {
  /** How many skills were looked at, and how many of them have an error. */
  skills: Count
  invalid: Count
  errors: Count
  warnings: Count
  notes: Count
  /** Files that were mended, and by which rules. */
  fixed: { file: string; codes: RuleCode[] }[]
  /** Findings that `--fix` would take away. */
  fixable: Count
  /** What is left, in the order of the paths, and of files and lines in each. */
  diagnostics: Diagnostic[]
}
