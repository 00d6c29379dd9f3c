import type { Severity } from '../../../core/diagnostics.ts'
import type { ReportResult } from '../../../render/reporters/report-run.ts'
import type { CheckResult } from '../../../verify/report.ts'

const SEVERITIES: Readonly<Record<CheckResult['severity'], Severity>> = { error: 'error', warning: 'warning', info: 'note' }

/**
 * The checks in the form that reporters take. With `strict` a check that cannot run is a failure, as for the command. Checks
 * that do not apply to such a database are left out, as in the counts of the report.
 */
export function verifyResults(checks: readonly CheckResult[], strict: boolean): ReportResult[] {
  return checks
    .filter(({ applies }) => applies !== false)
    .map((check): ReportResult => {
      const { id, title, severity, status, reason, faults } = check
      const result = { code: id, title, group: id.split('.')[0] ?? id, severity: SEVERITIES[severity] }
      if (status === 'passed') return { ...result, status: 'ok', messages: [] }
      if (status === 'skipped' && !strict) return { ...result, status: 'skipped', reason: reason ?? '', messages: [] }
      if (status === 'skipped') {
        const remedy = 'grant the role the missing privilege, or remove --strict'
        return { ...result, severity: 'error', status: 'failed', messages: [{ text: `could not run: ${reason ?? ''}`, remedy }] }
      }
      return { ...result, status: 'failed', messages: faults }
    })
}
