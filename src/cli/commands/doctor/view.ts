import { DOCTOR_AREAS } from '../../../api/doctor.ts'
import { plural, printable } from '../../../core/text.ts'
import type { DoctorReport, Finding } from '../../../doctor/report.ts'
import type { Style } from '../../../render/style.ts'
import { renderTable, wrap } from '../../../render/table.ts'

/** The settings with their origins, then the findings of each area, then a summary. */
export function doctorView(report: DoctorReport, style: Style, width: number): string[] {
  const { findings, settings } = report
  const rows = settings.map(({ name, value, origin }) => [name, printable(value ?? '-'), printable(origin)])
  const columns = [{ title: 'setting' }, { title: 'value', shrink: true, least: 20 }, { title: 'from', shrink: true, least: 12 }]
  return [
    ...(rows.length === 0 ? [] : [...renderTable(columns, rows, width, style), '']),
    ...DOCTOR_AREAS.flatMap((area) => {
      const here = findings.filter((finding) => finding.area === area)
      return here.length === 0 ? [] : [style.bold(area), ...here.flatMap((finding) => findingLines(finding, style, width))]
    }),
    '',
    summary(report, style),
  ]
}

function findingLines({ status, text, next }: Finding, style: Style, width: number): string[] {
  const marks = { ok: style.green('✓'), note: style.cyan('i'), warning: style.yellow('!'), error: style.red('✗') }
  const lines = (content: string, indent: string, mark: string): string[] =>
    wrap(printable(content), width - indent.length - 2).map((line, i) => `${indent}${i === 0 ? mark : ' '} ${line.trimStart()}`)
  return [...lines(text, '  ', marks[status]), ...(next === undefined ? [] : lines(next, '    ', style.cyan('→')))]
}

function summary({ ok, findings }: DoctorReport, style: Style): string {
  const count = (status: Finding['status']): number => findings.filter((finding) => finding.status === status).length
  const counts = [
    plural(count('error'), 'error'),
    plural(count('warning'), 'warning'),
    plural(count('note'), 'note'),
    `${count('ok')} ok`,
  ].join(', ')
  return ok ? `${style.green('no problems found')}: ${counts}` : `${style.red('problems found')}: ${counts}`
}
