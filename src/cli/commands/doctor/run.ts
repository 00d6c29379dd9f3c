import { parseDuration } from '../../../core/durations.ts'
import { EXIT } from '../../../core/errors.ts'
import { doctor } from '../../../api/doctor.ts'
import type { CommandFlags, CommandResult, CommonFlags, Context } from '../../run/context.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { doctorResults } from './results.ts'
import { doctorView } from './view.ts'
import type { DoctorReport } from '../../../doctor/report.ts'

export interface DoctorFlags extends CommonFlags, CommandFlags {
  strict?: boolean
}

export type Report = DoctorReport

export const execute: Executor = executor('doctor', doctorCommand)

async function doctorCommand(context: Context, flags: DoctorFlags, dirs: readonly string[]): Promise<CommandResult<Report>> {
  const { databaseUrl, directUrl, embedded, schema, ledger, config } = flags
  const report = await doctor({
    databaseUrl,
    directUrl,
    embedded,
    schema,
    ledger,
    config,
    skills: dirs,
    migrations: flags.dir,
    env: context.env,
    cwd: context.cwd,
    onProgress: (what) => context.progress.update(what),
    ...(flags.wait === undefined ? {} : { waitMs: parseDuration(flags.wait, '--wait') }),
  })
  const isFine = flags.strict === true ? report.findings.every(({ status }) => status === 'ok' || status === 'note') : report.ok
  return {
    report,
    exit: isFine ? EXIT.ok : EXIT.no,
    view: (style, width) => doctorView(report, style, width),
    checks: { results: doctorResults(report) },
  }
}
