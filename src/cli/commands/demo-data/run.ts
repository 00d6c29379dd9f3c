import { demoData } from '../../../api/demo-data.ts'
import { grouped, plural } from '../../../core/text.ts'
import type { DemoReport } from '../../../telemetry/demo-data.ts'
import type { CommandResult } from '../../output/context.ts'
import { databaseLine, databaseReport, type WithDatabase } from '../../output/database-view.ts'
import { withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'

export type Report = WithDatabase<DemoReport>

export const execute = executor(spec, async (context, flags): Promise<CommandResult<Report>> => {
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
})
