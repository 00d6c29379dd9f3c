import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { parseDuration } from '../../../core/durations.ts'
import { SkillsError } from '../../../core/errors.ts'
import { grouped, plural } from '../../../core/text.ts'
import { pruneEvents } from '../../../stats/prune-events.ts'
import { rollUp } from '../../../stats/rollup.ts'
import { confirm } from '../../run/confirm.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../../run/context.ts'
import { withDatabase } from '../../run/context.ts'
import { databaseLine, databaseReport } from '../../output/database-view.ts'
import type { PruneReport } from '../../../stats/prune-events.ts'
import type { WithDatabase } from '../../output/database-view.ts'

export interface PruneFlags extends CommonFlags, DatabaseFlags {
  olderThan?: string
  batch?: string
  dryRun?: boolean
  yes?: boolean
}

export type Report = WithDatabase<PruneReport>

export const execute: Executor = executor('prune-events', pruneCommand)

async function pruneCommand(context: Context, flags: PruneFlags): Promise<CommandResult<Report>> {
  if (flags.olderThan === undefined) throw new SkillsError('USAGE', '--older-than is missing', { hint: 'such as --older-than 180d' })
  const olderThanMs = parseDuration(flags.olderThan, '--older-than')
  const batch = readBatch(flags.batch)
  return withDatabase(
    context,
    flags,
    async (db) => {
      // what no step has counted must not go
      if (flags.dryRun !== true) {
        context.progress.update('rolling up')
        await rollUp(db)
      }
      let done = await pruneEvents(db, { olderThanMs, dryRun: true })
      if (flags.dryRun !== true && done.events > 0) {
        context.progress.stop()
        await confirm(
          context.io,
          flags,
          `this removes ${plural(done.events, 'event')} before ${done.before} from ${db.info.label} for good`,
        )
        done = await pruneEvents(db, { olderThanMs, batch, onBatch: (n) => context.progress.update(`removed ${grouped(n)} events`) })
      }
      const report = { database: databaseReport(db.info), ...done }
      const sentence = `${done.dryRun && flags.dryRun === true ? 'would remove' : 'removed'} ${plural(done.events, 'event')} before ${done.before.slice(0, 10)}; the rollups still count them`
      return { report: { ...report, dryRun: flags.dryRun === true }, view: (style) => [databaseLine(report.database, style), sentence] }
    },
    { mustExist: true },
  )
}

function readBatch(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const batch = Number(text)
  if (Number.isInteger(batch) && batch >= 1) return batch
  throw new SkillsError('USAGE', `--batch: "${text}" is not a whole number from 1`, { hint: 'such as --batch 10000' })
}
