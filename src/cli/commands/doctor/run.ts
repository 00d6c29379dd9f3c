import { doctor } from '../../../api/doctor.ts'
import { EXIT } from '../../../core/errors.ts'
import type { DoctorReport } from '../../../doctor/report.ts'
import type { ReportResult } from '../../../render/reporters/report-run.ts'
import type { CommandResult } from '../../output/context.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { doctorView } from './view.ts'

export type Report = DoctorReport

export const execute = executor(spec, async (context, flags, [skills]): Promise<CommandResult<Report>> => {
  const { databaseUrl, databaseUrlFile, directUrl, embedded, schema, ledger, config, envFile, migrations, wait } = flags
  const report = await doctor({
    databaseUrl,
    databaseUrlFile,
    directUrl,
    embedded,
    schema,
    ledger,
    config,
    envFile,
    skills,
    migrations,
    env: context.env,
    cwd: context.cwd,
    onProgress: (what) => context.progress.update(what),
    ...(wait === undefined ? {} : { waitMs: wait }),
  })
  const isFine = flags.strict === true ? report.findings.every(({ status }) => status === 'ok' || status === 'note') : report.ok
  return {
    report,
    exit: isFine ? EXIT.ok : EXIT.no,
    view: (style, width) => doctorView(report, style, width),
    checks: { results: resultsOf(report) },
  }
})

/** The findings in the form that reporters take. */
function resultsOf({ findings }: DoctorReport): ReportResult[] {
  return findings.map(({ id, area, status, text, next }): ReportResult => {
    const result = { code: id, title: id, group: area }
    if (status === 'ok') return { ...result, severity: 'note', status: 'ok', messages: [] }
    return { ...result, severity: status, status: 'failed', messages: [{ text, ...(next === undefined ? {} : { remedy: next }) }] }
  })
}
