import type { DoctorReport } from '../../../doctor/report.ts'
import type { ReportResult } from '../../../render/reporters/report-run.ts'

/** The findings as reporters take them. */
export function doctorResults({ findings }: DoctorReport): ReportResult[] {
  return findings.map(({ id, area, status, text, next }): ReportResult => {
    const result = { code: id, title: id, group: area }
    if (status === 'ok') return { ...result, severity: 'note', status: 'ok', messages: [] }
    return { ...result, severity: status, status: 'failed', messages: [{ text, ...(next === undefined ? {} : { remedy: next }) }] }
  })
}
