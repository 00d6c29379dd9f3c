import { EXIT } from '../../../core/errors.ts'
import { diff } from '../../../api/diff.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags, ReadingFlags } from '../../run/context.ts'
import { withDatabase } from '../../run/context.ts'
import { readPrune } from '../../run/prune-mode.ts'
import { readingOptions } from '../../run/reading-options.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { syncProgress } from '../../run/sync-progress.ts'
import { databaseReport } from '../../output/database-view.ts'
import { diffView } from './view.ts'
import type { DiffReport } from '../../../registry/table/diff-report.ts'
import type { WithDatabase } from '../../output/database-view.ts'

export interface DiffFlags extends CommonFlags, DatabaseFlags, ReadingFlags {
  exitCode?: boolean
  prune?: string
  forcePrune?: boolean
  /** `--no-cache` is false. */
  cache?: boolean
}

export type Report = WithDatabase<DiffReport>

export const execute: Executor = executor('diff', diffCommand)

async function diffCommand(context: Context, flags: DiffFlags, dirs: readonly string[]): Promise<CommandResult<Report>> {
  const prune = readPrune(flags.prune)
  return withDatabase(
    context,
    { ...flags, skills: [...dirs] },
    async (db, settings) => {
      const found = await diff(db, {
        skills: settings.skills.value,
        prune,
        cache: flags.cache !== false,
        forcePrune: flags.forcePrune === true,
        ...readingOptions(context.cwd, settings),
        onProgress: syncProgress(context.progress),
      })
      const report = { database: databaseReport(db.info), ...found }
      const isInvalid = found.diagnostics.some(({ severity }) => severity === 'error')
      const isNo = isInvalid || (flags.exitCode === true && found.skills.length > 0)
      return { report, view: (style, width) => diffView(report, style, width), exit: isNo ? EXIT.no : EXIT.ok }
    },
    { mustExist: true },
  )
}
