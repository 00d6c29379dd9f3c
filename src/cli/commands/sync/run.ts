import { setFlagsFromString } from 'node:v8'
import { isOutOfDate, sync, type SyncCallOptions } from '../../../api/sync.ts'
import type { Settings } from '../../../config/settings.ts'
import { EXIT } from '../../../core/errors.ts'
import type { SyncReport } from '../../../registry/table/sync-report.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import { databaseReport, type WithDatabase } from '../../output/database-view.ts'
import type { FlagsOf } from '../../parse/spec.ts'
import { openConnection, refuseMissing, settingsOf, withDatabase } from '../../run/database.ts'
import { readingOptions, syncProgress } from '../../run/reading.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { syncView } from './view.ts'

export type Report = WithDatabase<SyncReport>

export const execute = executor(spec, async (context, flags, [skills]): Promise<CommandResult<Report>> => {
  if (flags.watch === true) return watchCommand(context, flags, skills)
  const mode = flags.check === true ? 'check' : flags.dryRun === true ? 'dry-run' : 'write'
  return withDatabase(
    context,
    { ...flags, skills },
    async (db, settings) => {
      const onProgress = syncProgress(context.progress)
      const synced = await sync(db, { ...optionsOf(context, flags, settings), mode, forcePrune: flags.forcePrune === true, onProgress })
      const report = { database: databaseReport(db.info), ...synced }
      return { report, exit: exitOf(synced), view: (style) => syncView(report, style) }
    },
    { mustExist: true },
  )
})

// V8 takes the parts of a skill for long-lived objects, because those of the first thousands are, and puts them where
// garbage is collected late: 60,000 skills took a third more memory
setFlagsFromString('--no-allocation-site-pretenuring')

/** A watch never prunes by force: the next change would do it again. */
async function watchCommand(context: Context, flags: FlagsOf<typeof spec>, skills: string[]): Promise<CommandResult<Report>> {
  const settings = await settingsOf(context, { ...flags, skills })
  refuseMissing(settings)
  const { watchSync } = await import('./watch.ts')
  return watchSync(context, {
    skills: settings.skills.value,
    open: () => openConnection(context, settings, { waitMs: flags.wait }),
    sync: (db) => sync(db, optionsOf(context, flags, settings)),
  })
}

function optionsOf(context: Context, { prune, cache }: FlagsOf<typeof spec>, settings: Settings): SyncCallOptions {
  return { skills: settings.skills.value, prune, cache: cache !== false, ...readingOptions(context, settings) }
}

function exitOf(report: SyncReport): typeof EXIT.ok | typeof EXIT.no {
  const invalid = report.diagnostics.some(({ severity }) => severity === 'error')
  return invalid || report.withheld.length > 0 || (report.mode === 'check' && isOutOfDate(report)) ? EXIT.no : EXIT.ok
}
