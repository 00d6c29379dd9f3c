import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { parseDuration } from '../../../core/durations.ts'
import { SkillsError } from '../../../core/errors.ts'
import { grouped } from '../../../core/text.ts'
import { rollUp } from '../../../stats/rollup.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../../run/context.ts'
import { withDatabase } from '../../run/context.ts'
import { databaseReport } from '../../output/database-view.ts'
import { rollupView } from './view.ts'
import type { RollupReport } from '../../../stats/rollup.ts'
import type { WithDatabase } from '../../output/database-view.ts'

export interface RollupFlags extends CommonFlags, DatabaseFlags {
  batch?: string
  maxTime?: string
  rebuild?: boolean
  yes?: boolean
}

export type Report = WithDatabase<RollupReport>

export const execute: Executor = executor('rollup', rollupCommand)

async function rollupCommand(context: Context, flags: RollupFlags): Promise<CommandResult<Report>> {
  const maxMs = flags.maxTime === undefined ? undefined : parseDuration(flags.maxTime, '--max-time')
  const batch = readBatch(flags.batch)
  return withDatabase(
    context,
    flags,
    async (db) => {
      context.progress.update('rolling up')
      const done = await rollUp(db, {
        batch,
        maxMs,
        rebuild: flags.rebuild === true,
        loseHistory: flags.yes === true,
        onStep: ({ events, feedback }) => context.progress.update(`rolling up: ${grouped(events)} events, ${grouped(feedback)} feedback`),
      })
      const report = { database: databaseReport(db.info), ...done }
      return { report, view: (style) => rollupView(report, style) }
    },
    { mustExist: true },
  )
}

function readBatch(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const batch = Number(text)
  if (Number.isInteger(batch) && batch >= 1 && batch <= 10_000_000) return batch
  throw new SkillsError('USAGE', `--batch: "${text}" is not a whole number from 1 to 10,000,000`, { hint: 'such as --batch 100000' })
}
