import { demoData } from '../../../api/demo-data.ts'
import { grouped, plural } from '../../../core/text.ts'
import type { DemoReport } from '../../../telemetry/demo-data.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import type { WithDatabase } from '../../output/database-view.ts'
import { databaseLine, databaseReport } from '../../output/database-view.ts'
import type { FlagsOf } from '../../parse/spec.ts'
import { withDatabase } from '../../run/database.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'

export type Report = WithDatabase<DemoReport>

export const execute: Executor = executor(spec, demoCommand)

async function demoCommand(context: Context, flags: FlagsOf<typeof spec>): Promise<CommandResult<Report>> {
  const { events, seed, days, sampleSkills: skills, until, append } = flags
  return withDatabase(
    context,
    flags,
    async (db) => {
      const onProgress = (n: number): void => context.progress.update(`sample events: ${grouped(n)} of ${grouped(events)}`)
      const written = await demoData(db, { events, seed, days, skills, until, append: append === true, onProgress })
      const report = { database: databaseReport(db.info), ...written }
      const registered = report.registered === 0 ? '' : `; registered ${plural(report.registered, 'sample skill')}`
      const sentence = `wrote ${plural(report.events, 'sample event')}, ${plural(report.feedback, 'rating')} and ${plural(report.unlocks, 'unlock')}${registered}`
      return { report, view: (style) => [databaseLine(report.database, style), sentence] }
    },
    { mustExist: true },
  )
}
