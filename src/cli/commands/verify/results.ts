import type { Severity } from '../../../core/diagnostics.ts'
import type { ReportResult } from '../../../render/reporters/report-run.ts'
import type { CheckResult } from '../../../verify/report.ts'

const SEVERITIES: Readonly<Record<CheckResult['severity'], Severity>> = { error: 'error', warning: 'warning', info: 'note' }

/** The checks as reporters take them. With `strict` one that could not run has failed, as it lets the command fail. What has nothing to say about such a database is left out, as in the counts of the report. */
export function verifyResults(checks: readonly CheckResult[], strict: boolean): ReportResult[] {
  return checks
    .filter(({ applies }) => applies !== false)
    .map((check): ReportResult => {
      const { id, title, severity, status, reason, faults } = check
      const result = { code: id, title, group: id.split('.')[0] ?? id, severity: SEVERITIES[severity] }
      if (status === 'passed') return { ...result, status: 'ok', messages: [] }
      if (status === 'skipped' && !strict) return { ...result, status: 'skipped', reason: reason ?? '', messages: [] }
      if (status === 'skipped') {
        const remedy = 'with --strict every check must run: give the role the right it lacks, or leave --strict out'
        return { ...result, severity: 'error', status: 'failed', messages: [{ text: `could not run: ${reason ?? ''}`, remedy }] }
      }
      return { ...result, status: 'failed', messages: faults }
    })
}
