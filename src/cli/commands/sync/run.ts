import { setFlagsFromString } from 'node:v8'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { EXIT, SkillsError } from '../../../core/errors.ts'
import { openDb } from '../../../db/open.ts'
import { sync } from '../../../api/sync.ts'
import type { PruneMode, SyncReport } from '../../../registry/table/sync-report.ts'
import { isBehind } from '../../../registry/table/sync-report.ts'
import { resolveRoots } from '../../../registry/reading/roots.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags, ReadingFlags } from '../../run/context.ts'
import { refuseMissing, settingsOf, waitOf, withDatabase } from '../../run/context.ts'
import { readPrune } from '../../run/prune-mode.ts'
import { readingOptions } from '../../run/reading-options.ts'
import { syncProgress } from '../../run/sync-progress.ts'
import { databaseReport } from '../../output/database-view.ts'
import { syncView } from './view.ts'
import type { WithDatabase } from '../../output/database-view.ts'

export interface SyncFlags extends CommonFlags, DatabaseFlags, ReadingFlags {
  dryRun?: boolean
  check?: boolean
  prune?: string
  watch?: boolean
  forcePrune?: boolean
  /** `--no-cache` is false. */
  cache?: boolean
}

export type Report = WithDatabase<SyncReport>

export const execute: Executor = executor('sync', syncCommand)

// V8 would take what is read of a skill for long-lived, as the first of thousands are, and put it where garbage is collected
// late: 60,000 skills took a third more memory
setFlagsFromString('--no-allocation-site-pretenuring')

async function syncCommand(context: Context, flags: SyncFlags, dirs: readonly string[]): Promise<CommandResult<Report>> {
  const prune = readPrune(flags.prune)
  if (flags.check === true && flags.dryRun === true)
    throw new SkillsError('USAGE', '--check and --dry-run exclude each other', {
      hint: '--check is a dry run that exits 1 when there is work',
    })
  if (flags.watch === true) return watchCommand(context, flags, dirs, prune)
  const mode = flags.check === true ? 'check' : flags.dryRun === true ? 'dry-run' : 'write'
  return withDatabase(
    context,
    { ...flags, skills: [...dirs] },
    async (db, settings) => {
      const synced = await sync(db, {
        skills: settings.skills.value,
        prune,
        mode,
        forcePrune: flags.forcePrune === true,
        cache: flags.cache !== false,
        ...readingOptions(context.cwd, settings),
        onProgress: syncProgress(context.progress),
      })
      const report = { database: databaseReport(db.info), ...synced }
      return { report, exit: exitOf(synced), view: (style) => syncView(report, style) }
    },
    { mustExist: true },
  )
}

async function watchCommand(context: Context, flags: SyncFlags, dirs: readonly string[], prune: PruneMode): Promise<CommandResult<Report>> {
  const other = flags.check === true ? '--check' : flags.dryRun === true ? '--dry-run' : flags.json === true ? '--json' : undefined
  if (other !== undefined) {
    throw new SkillsError('USAGE', `--watch and ${other} exclude each other`, {
      hint: 'a watch writes, tells as it goes, and ends on Ctrl-C',
    })
  }
  const settings = await settingsOf(context, { ...flags, skills: [...dirs] })
  refuseMissing(settings)
  const { watchSync } = await import('./watch.ts')
  return watchSync(context, {
    roots: (await resolveRoots({ roots: settings.skills.value, cwd: context.cwd })).map((root) => root.path),
    open: () => openDb(settings.database.value, { schema: settings.schema.value, waitMs: waitOf(flags) }),
    sync: (db) =>
      sync(db, { skills: settings.skills.value, prune, cache: flags.cache !== false, ...readingOptions(context.cwd, settings) }),
  })
}

function exitOf(report: SyncReport): typeof EXIT.ok | typeof EXIT.no {
  const invalid = report.diagnostics.some(({ severity }) => severity === 'error')
  return invalid || report.withheld.length > 0 || (report.mode === 'check' && isBehind(report)) ? EXIT.no : EXIT.ok
}
