import type { Executor } from '../run-command.ts'
import { executor } from '../run-command.ts'
import { EXIT, SkillsError } from '../../core/errors.ts'
import { readSeverities, sync } from '../../index.ts'
import type { SyncReport } from '../../registry/sync-report.ts'
import { isBehind } from '../../registry/sync-report.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../context.ts'
import { withDatabase } from '../context.ts'
import { readPrune } from '../prune-mode.ts'
import { databaseReport } from '../views/database.ts'
import { syncView } from '../views/sync.ts'

export interface SyncFlags extends CommonFlags, DatabaseFlags {
  dryRun?: boolean
  check?: boolean
  prune?: string
}

export const execute: Executor = executor('sync', syncCommand)

async function syncCommand(context: Context, flags: SyncFlags, dirs: readonly string[]): Promise<CommandResult> {
  const prune = readPrune(flags.prune)
  if (flags.check === true && flags.dryRun === true)
    throw new SkillsError('USAGE', '--check and --dry-run exclude each other', {
      hint: '--check is a dry run that exits 1 when there is work',
    })
  const mode = flags.check === true ? 'check' : flags.dryRun === true ? 'dry-run' : 'write'
  return withDatabase(
    context,
    { ...flags, skills: [...dirs] },
    async (db, settings) => {
      const synced = await sync(db, {
        dirs: settings.skills.value,
        prune,
        mode,
        cwd: context.cwd,
        projectFolder: settings.projectFolder,
        severities: readSeverities(settings.rules.value, settings.rules.origin),
        onProgress: ({ done, total }) => context.progress.update(`read ${done} of ${total} skills`),
      })
      const report = { database: databaseReport(db.info), ...synced }
      return { report, exit: exitOf(synced), view: (style) => syncView(report, style) }
    },
    { mustExist: true },
  )
}

function exitOf(report: SyncReport): typeof EXIT.ok | typeof EXIT.no {
  const invalid = report.diagnostics.some(({ severity }) => severity === 'error')
  return invalid || (report.mode === 'check' && isBehind(report)) ? EXIT.no : EXIT.ok
}
