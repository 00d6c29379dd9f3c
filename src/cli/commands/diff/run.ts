import { diff } from '../../../api/diff.ts'
import { EXIT } from '../../../core/errors.ts'
import type { DiffReport } from '../../../registry/table/diff-report.ts'
import type { CommandResult } from '../../output/context.ts'
import { databaseReport, type WithDatabase } from '../../output/database-view.ts'
import { withDatabase } from '../../run/database.ts'
import { readingOptions, syncProgress } from '../../run/reading.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { diffView } from './view.ts'

export type Report = WithDatabase<DiffReport>

export const execute = executor(spec, async (context, flags, [skills]): Promise<CommandResult<Report>> => {
  return withDatabase(
    context,
    { ...flags, skills },
    async (db, settings) => {
      const found = await diff(db, {
        skills: settings.skills.value,
        prune: flags.prune,
        cache: flags.cache !== false,
        forcePrune: flags.forcePrune === true,
        ...readingOptions(context, settings),
        onProgress: syncProgress(context.progress),
      })
      const report = { database: databaseReport(db.info), ...found }
      const isInvalid = found.diagnostics.some(({ severity }) => severity === 'error')
      const isNo = isInvalid || (flags.exitCode === true && found.skills.length > 0)
      return { report, view: (style, width) => diffView(report, style, width), exit: isNo ? EXIT.no : EXIT.ok }
    },
    { mustExist: true },
  )
})
